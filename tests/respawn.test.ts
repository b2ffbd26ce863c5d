import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure } from '@fusion-kit/domain/errors';
import { expect, it, onTestFinished } from 'vitest';
import { eventually, graph, type House, type HouseOptions, node, openHouse, startRun } from './house.ts';

const house = async (options?: HouseOptions): Promise<House> => {
  const opened = await openHouse(options);
  onTestFinished(() => opened.close());
  return opened;
};
const scratch = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fusion-kit-respawn-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
};

/** A run whose one agent could not be opened. */
async function failedAgent(home: House, retryAfterMs?: number) {
  await startRun(home, graph([node('a')], 1));
  const { event } = await eventually(home.engine, ['agent.spawning']);
  if (event.type !== 'agent.spawning') throw new Error('no agent was spawned');
  const away = failure('provider_unreachable', 'nobody answers', { retryAfterMs });
  await home.engine.submit({ type: 'agent.fail', agentId: event.agentId, failure: away });
  return event.agentId;
}

it('an agent whose provider is away is opened again when the failure says to come back, again and again', async () => {
  const home = await house({ ready: false });
  const agentId = await failedAgent(home, 1);
  await eventually(home.engine, ['agent.respawning'], { agentId });
  const again = failure('provider_unreachable', 'nobody answers', { retryAfterMs: 1 });
  await home.engine.submit({ type: 'agent.fail', agentId, failure: again });
  const stop = new AbortController();
  const types: string[] = [];
  for await (const entries of home.engine.follow(0, stop.signal)) {
    types.push(...entries.map(({ event }) => event.type).filter((type) => type === 'agent.respawning'));
    if (types.length >= 2) stop.abort();
  }
  expect(home.commands.filter(({ type }) => type === 'agent.open').length).toBeGreaterThanOrEqual(2);
});

it('an agent that lacked something is opened again by the next server', async () => {
  const directory = await scratch();
  const first = await openHouse({ directory, ready: false });
  const agentId = await failedAgent(first);
  await first.close();

  const second = await house({ directory });
  await eventually(second.engine, ['agent.respawning'], { agentId, reason: 'the server was restarted' });
  expect((await eventually(second.engine, ['run.completed', 'run.failed'])).event.type).toBe('run.completed');
});
