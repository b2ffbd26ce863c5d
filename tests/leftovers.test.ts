import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Agent } from '@fusion-kit/domain/agent';
import { type RealServer, repository, scratch, startServer } from './real-server.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

const workflow = `
name: leaving
team: [{ name: leaver, capabilities: [code] }]
nodes:
  leave: { title: Leave something running, prompt: Leave. }
`;
/** One that leaves the group it was started in, with what starts it anew, and one that the agent waits for. */
const scenario = [
  {
    name: 'leaving',
    match: 'Leave something running',
    steps: [
      { tool: 'shell', args: { command: 'setsid sleep 1001 >/dev/null 2>&1 </dev/null & echo $! > left.pid' } },
      { tool: 'shell', args: { command: 'echo $$ > waiting.pid; exec sleep 1002' } },
    ],
  },
];

const isSleeping = async (pid: number): Promise<boolean> =>
  readFile(`/proc/${pid}/cmdline`, 'utf8').then(
    (words) => words.startsWith('sleep\0'),
    () => false, // it is gone
  );

it('what agents of a killed server left running is ended at the next start, and nothing of anybody else', async () => {
  const [home, place] = [await scratch('leftovers'), await scratch('leaving')];
  cleanups.push(
    () => home.remove(),
    () => place.remove(),
  );
  await repository(place.path, { 'README.md': 'Something.\n' });
  await writeFile(join(home.path, 'scenario.json'), JSON.stringify(scenario));
  const start = async (): Promise<RealServer> => {
    const env = { FUSION_KIT_SCENARIO: join(home.path, 'scenario.json') };
    const server = await startServer({ home: home.path, sandbox: 'none', env });
    cleanups.push(() => server.kill());
    return server;
  };
  const server = await start();
  const project = await server.call<{ id: string }>('POST', '/projects', { path: place.path });
  const saved = await server.call<{ id: string }>('POST', '/workflows', { project: project.id, source: workflow });
  const { run } = await server.call<{ run: { id: string } }>('POST', `/workflows/${saved.id}/start`, {
    provider: 'scripted',
  });

  const workspace = async () => {
    const { items } = await server.call<{ items: Agent[] }>('GET', `/agents?run=${run.id}`);
    return items[0]?.workspace ?? '';
  };
  const pidIn = async (name: string) => Number(await readFile(join(await workspace(), name), 'utf8').catch(() => 0));
  await expect.poll(async () => isSleeping(await pidIn('waiting.pid')), { timeout: 30_000 }).toBe(true);
  const left = await pidIn('left.pid');
  expect(await isSleeping(left)).toBe(true);
  const stranger = spawn('sleep', ['1003'], { cwd: await workspace(), stdio: 'ignore' });
  cleanups.push(() => stranger.kill('SIGKILL'));
  await once(stranger, 'spawn');

  await server.kill();
  // What was in its group has ended with its helper by then or not; this has not.
  expect(await isSleeping(left)).toBe(true);
  const next = await start();
  expect(await isSleeping(left)).toBe(false);
  expect(await isSleeping(stranger.pid ?? 0)).toBe(true);
  expect(next.said()).toContain(`process ${left}, which an earlier server had started for ${home.path}/workspaces/`);
});
