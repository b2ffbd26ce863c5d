import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { processesIn } from '@fusion-kit/testing/workspaces-scratch';
import { expect, it } from 'vitest';
import { inspectData, repository, scratch, startServer } from './real-server.ts';

/** A busy machine is no failure. */
const PATIENT = { timeout: 20_000 };

const NAMES = ['thinks', 'runs', 'refuses'];
/** Hung tools: one that would end, and one that does not hear of it and has left its session. */
const COMMANDS: Record<string, string> = {
  runs: 'sleep 500',
  refuses: `trap '' TERM; setsid sh -c "trap '' TERM; sleep 500" & sleep 500; sleep 500`,
};
const titleOf = (name: string) => `One that ${name}`;
const scenario = NAMES.map((name) => {
  const command = COMMANDS[name];
  const steps = command ? [{ tool: 'shell', args: { command } }] : [{ tool: 'list_files', args: {}, sleepMs: 3_000 }];
  return { name, match: titleOf(name), steps: [...steps, { tool: 'finish', args: { summary: `${name}, done` } }] };
});
const source = [
  'name: three',
  'team:',
  '  - { name: maker, provider: scripted, model: scripted, count: 3 }',
  'nodes:',
  ...NAMES.map((name) => `  ${name}: { title: ${titleOf(name)}, prompt: Do it. }`),
].join('\n');

interface Page<Item> {
  items: Item[];
}
interface Shown {
  id: string;
  state: string;
  attempts: number;
  lastAgentId: string;
}

it.each(['bubblewrap', 'none'] as const)(
  'work is parked by a stop (%s), leaves no process, and goes on after the next start as if nothing had been',
  async (sandbox) => {
    const place = await scratch('stop');
    const project = join(place.path, 'project');
    const home = join(place.path, 'home');
    await repository(project, { 'read me.txt': 'hello\n' });
    const env = { FUSION_KIT_SCENARIO: join(place.path, 'scenario.json') };
    await writeFile(env.FUSION_KIT_SCENARIO, JSON.stringify(scenario));
    const first = await startServer({ home, sandbox, env });
    const { id } = await first.call<{ id: string }>('POST', '/projects', { path: project });
    const workflow = await first.call<{ id: string }>('POST', '/workflows', { project: id, source });
    const { run } = await first.call<{ run: { id: string } }>('POST', `/workflows/${workflow.id}/start`, {});
    const tasks = async (server = first) => (await server.call<Page<Shown>>('GET', `/tasks?run=${run.id}`)).items;
    const trees = async () =>
      (await tasks()).flatMap((task) => (task.lastAgentId ? [join(home, 'workspaces', task.lastAgentId, 'tree')] : []));
    const working = async () => (await trees()).filter((tree) => processesIn(tree).length > 1).length;
    while ((await working()) < Object.keys(COMMANDS).length) await after(100);

    const places = await trees();
    await first.stop();
    for (const tree of places) await expect.poll(() => processesIn(tree), PATIENT).toEqual([]);
    const { entries } = await inspectData(home);
    // What a call that was broken off has cost may be known only then.
    const ends = entries.map(({ event }) => event.type).filter((type) => type !== 'model.called');
    expect(ends.at(-1)).toBe('server.stopped');
    // On a slow machine the one that thinks may be through before the others are at their tools.
    const hungEnded = ({ event }: (typeof entries)[number]) => event.type === 'tool.returned' && event.tool === 'shell';
    expect(entries.filter((entry) => entry.event.type === 'task.failed' || hungEnded(entry))).toEqual([]);

    const second = await startServer({ home, sandbox, env });
    const stateOf = async () => (await second.call<{ state: string }>('GET', `/runs/${run.id}`)).state;
    while ((await stateOf()) === 'running') await after(100);
    expect(await stateOf()).toBe('completed');
    for (const task of await tasks(second)) expect(task).toMatchObject({ state: 'completed', attempts: 0 });
    await second.stop();
    await place.remove();
  },
);
