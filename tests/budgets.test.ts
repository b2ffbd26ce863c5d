import { join } from 'node:path';
import type { EventView } from '@fusion-kit/domain/api';
import type { EventOf, EventType } from '@fusion-kit/domain/event';
import { type ScriptedServer, startScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { afterEach, expect, it } from 'vitest';
import { type RealServer, repository, scratch, startServer } from './real-server.ts';
import { type Seen, watch } from './watch-server.ts';

const AGENTS = 20;
const STEPS = 8;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Stage {
  server: RealServer;
  provider: ScriptedServer;
  projectId: string;
}

/** A server process as users start it, with a provider of this process behind it that counts what it is asked. */
async function stage(): Promise<Stage> {
  const place = await scratch('budgets');
  closers.push(() => place.remove());
  const provider = await startScriptedServer({ latencyMs: 20 });
  closers.push(() => provider.close());
  await repository(join(place.path, 'shop'), { 'README.md': 'A shop.\n' });
  const env = { LOCAL_KEY: provider.apiKey, FUSION_KIT_KEYRING: 'off' };
  const server = await startServer({ home: join(place.path, 'home'), env });
  closers.push(() => server.stop());
  const { baseUrl } = provider;
  const local = { id: 'local', protocol: 'openrouter', baseUrl, keyVariable: 'LOCAL_KEY', defaultModel: 'coder' };
  await server.call('POST', '/providers', local);
  const project = await server.call<{ id: string }>('POST', '/projects', { path: join(place.path, 'shop') });
  return { server, provider, projectId: project.id };
}

async function watching(server: RealServer) {
  const events = await watch(server);
  closers.push(() => Promise.resolve(events.close()));
  return events;
}

/** Starts a run of so many agents, each at a task of its own of so many steps. */
async function startRun({ server, projectId }: Stage, budget: object): Promise<string> {
  const steps = Array.from({ length: STEPS }, (_, at) => ({
    tool: 'shell',
    args: { command: `echo ${at}` },
    sleepMs: 20,
  }));
  const script = JSON.stringify([...steps, { tool: 'finish', args: { summary: 'done' } }]);
  const nodes = Object.fromEntries(
    Array.from({ length: AGENTS }, (_, at) => [
      `task-${at}`,
      { prompt: `Work. <<SCRIPT ${script} >>`, title: `${at}` },
    ]),
  );
  const source = JSON.stringify({
    name: 'capped',
    team: [{ name: 'worker', provider: 'local', count: AGENTS }],
    budget,
    nodes,
  });
  const workflow = await server.call<{ id: string }>('POST', '/workflows', {
    project: projectId,
    source,
    author: 'mia',
  });
  return (await server.call<{ run: { id: string } }>('POST', `/workflows/${workflow.id}/start`, {})).run.id;
}

const ofType = <Type extends EventType>(came: readonly Seen[], type: Type): EventOf<Type>[] =>
  came.map(({ view }) => view.event).filter((event): event is EventOf<Type> => event.type === type);
const ended = ({ event }: EventView) => event.type === 'run.completed' || event.type === 'run.failed';
const spent = (came: readonly Seen[]) =>
  ofType(came, 'model.called').reduce((sum, call) => sum + call.inputTokens + call.outputTokens, 0);

it('twenty agents against one cap spend it all but one reservation, and no more', { timeout: 180_000 }, async () => {
  const here = await stage();
  const events = await watching(here.server);
  const cap = 150_000;
  await startRun(here, { tokens: cap });
  await events.seen(ended);

  const most = Math.max(...ofType(events.came, 'budget.reserved').map(({ tokens }) => tokens));
  expect(spent(events.came)).toBeLessThanOrEqual(cap + most);
  expect(spent(events.came)).toBeGreaterThan(cap - most);
  const failures = ofType(events.came, 'task.failed').map(({ failure }) => failure.code);
  expect(failures.length).toBeGreaterThan(0);
  expect(new Set(failures)).toEqual(new Set(['budget_exceeded']));
  // What was held and not used was given back; nobody failed of what others only held.
  expect(ofType(events.came, 'model.called')).toHaveLength(ofType(events.came, 'budget.reserved').length);
});

it(
  'twenty agents complete under a cap that holds all they use, but not all that they hold together',
  { timeout: 180_000 },
  async () => {
    const here = await stage();
    const events = await watching(here.server);
    await startRun(here, { tokens: 420_000 });
    await events.seen(ended);

    expect(ofType(events.came, 'task.failed')).toEqual([]);
    expect(ofType(events.came, 'task.completed')).toHaveLength(AGENTS);
    expect(spent(events.came)).toBeLessThanOrEqual(420_000);
  },
);

it('asks no model and no provider while nothing is to be done', { timeout: 120_000 }, async () => {
  const here = await stage();
  const events = await watching(here.server);
  await startRun(here, {});
  await events.seen(ended);
  const spawned = await here.server.call<{ id: string }>('POST', '/agents', {
    project: here.projectId,
    name: 'idler',
    provider: 'local',
  });
  await events.seen(({ event }) => event.type === 'agent.ready' && event.agentId === spawned.id);
  const before = here.provider.requests().length;
  const called = ofType(events.came, 'model.called').length;

  // Each change wakes whatever waits for work: scheduler, dispatcher, watchdog, mailboxes.
  for (let round = 0; round < 20; round++) {
    await here.server.call('POST', '/messages', {
      project: here.projectId,
      to: { topic: 'news' },
      text: `round ${round}`,
    });
    await events.seen(({ event }) => event.type === 'message.sent' && event.text === `round ${round}`);
  }
  expect(here.provider.requests().length).toBe(before);
  expect(ofType(events.came, 'model.called')).toHaveLength(called);
});
