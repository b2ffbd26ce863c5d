import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { COMMAND, repository, type RealServer, scratch, startServer } from './real-server.ts';

const source = JSON.stringify({
  name: 'capped',
  team: [{ name: 'maker', provider: 'scripted', model: 'scripted' }],
  budget: { tokens: 1 },
  nodes: {
    ready: { run: 'true' },
    agree: { message: 'Go on?' },
    make: { title: 'Make it', prompt: 'Make it.', needs: ['ready', 'agree'] },
  },
});
const scenario = [{ name: 'make', match: 'Make it', steps: [{ tool: 'finish', args: { summary: 'made' } }] }];

interface Shown {
  id: string;
  node: string;
  state: string;
  failure?: { code: string; remedy: string };
  inheritedFrom?: string;
  notBefore?: number;
}

/** A server, and a run whose budget is too small for its first call, which waits for a person before that. */
async function capped() {
  const place = await scratch('raised');
  onTestFinished(() => place.remove());
  const [project, home] = [join(place.path, 'project'), join(place.path, 'home')];
  await repository(project, { 'read me.txt': 'hello\n' });
  const env = { FUSION_KIT_SCENARIO: join(place.path, 'scenario.json') };
  await writeFile(env.FUSION_KIT_SCENARIO, JSON.stringify(scenario));
  const server = await startServer({ home, env });
  onTestFinished(() => server.stop());
  const { id } = await server.call<{ id: string }>('POST', '/projects', { path: project });
  const workflow = await server.call<{ id: string }>('POST', '/workflows', { project: id, source });
  const { run } = await server.call<{ run: { id: string } }>('POST', `/workflows/${workflow.id}/start`, {});
  const tasks = async (of = run.id) => (await server.call<{ items: Shown[] }>('GET', `/tasks?run=${of}`)).items;
  const task = async (node: string, of?: string) => (await tasks(of)).find((each) => each.node === node)!;
  const agree = async (of?: string) => {
    while ((await task('agree', of)).state !== 'running') await after(50);
    await server.call('PATCH', `/tasks/${(await task('agree', of)).id}`, { action: 'answer', option: 'approve' });
  };
  const shell = { encoding: 'utf8', env: { ...process.env, FUSION_KIT_HOME: home, NO_COLOR: '1' } } as const;
  const fusionKit = (...words: string[]) => execFileSync(process.execPath, [COMMAND, ...words], shell);
  return { server, run: run.id, projectId: id, task, agree, fusionKit };
}

async function ended(server: RealServer, run: string): Promise<string> {
  for (;;) {
    const { state } = await server.call<{ state: string }>('GET', `/runs/${run}`);
    if (state !== 'running') return state;
    await after(50);
  }
}

it('a run that is given more before it is spent goes on; what its project may spend counts all the same', async () => {
  const { server, run, projectId, agree, fusionKit, task } = await capped();
  expect(fusionKit('project', 'budget', projectId, '--tokens', '1')).toContain('may spend 1 tokens');
  expect(fusionKit('project', 'budget', projectId, '--tokens', '900000', '--tokens-per-day', '800000')).toContain(
    '800000 tokens a day',
  );
  expect(fusionKit('run', 'budget', run, '--tokens', '500000')).toContain('may spend 500000 tokens');
  await agree();
  expect(await ended(server, run)).toBe('completed');
  expect((await task('make')).state).toBe('completed');
});

it('a run that its budget has ended is gone on with from what it completed, under a larger one', async () => {
  const { server, run, agree, fusionKit, task } = await capped();
  await agree();
  expect(await ended(server, run)).toBe('failed');
  const failed = await task('make');
  expect(failed.failure).toMatchObject({ code: 'budget_exceeded', remedy: expect.stringContaining('run rerun') });
  expect(() => fusionKit('run', 'budget', run, '--tokens', '500000')).toThrow('run rerun');
  const again = JSON.parse(fusionKit('run', 'rerun', run, '--budget-tokens', '500000', '--json')) as {
    run: { id: string; state: string };
  };
  expect(again.run.state).toBe('completed');
  expect((await task('ready', again.run.id)).inheritedFrom).toBe((await task('ready')).id);
  expect((await task('make', again.run.id)).state).toBe('completed');
});

it('work that its project parked until tomorrow goes on as soon as a day may use more', async () => {
  const { server, run, projectId, agree, fusionKit, task } = await capped();
  fusionKit('run', 'budget', run, '--tokens', '500000');
  fusionKit('project', 'budget', projectId, '--tokens-per-day', '1');
  await agree();
  const parked = async () =>
    (await task('make')).failure?.code === 'budget_day_spent' && (await task('make')).notBefore;
  while (!(await parked())) await after(50);
  expect(await task('make')).toMatchObject({ state: 'queued', waitingFor: expect.stringContaining('parked') });
  fusionKit('project', 'budget', projectId, '--tokens-per-day', '800000');
  expect(await ended(server, run)).toBe('completed');
  expect(fusionKit('run', 'replay', run)).toContain('the same');
});
