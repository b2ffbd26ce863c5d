import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { InboxItem } from '@fusion-kit/domain/inbox';
import type { Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import { COMMAND, git, type RealServer, repository, ROOT, scratch, startServer } from './real-server.ts';

let place: Awaited<ReturnType<typeof scratch>>;
let server: RealServer;
let project: string;

const TASKS = [
  '# Tasks: Tea shop',
  '',
  '## Phase 1: Setup',
  '',
  '- [ ] T001 Create src/index.js',
  '- [ ] T002 [P] Write README.md',
  '',
  '## Phase 2: User Story 1 - Prices (Priority: P1)',
  '',
  '- [ ] T003 [US1] Write src/prices.js (depends on T001)',
  '',
].join('\n');

const writes = (match: string, path: string, content: string) => ({
  name: match,
  match,
  steps: [{ tool: 'write_file', args: { path, content } }, { say: `wrote ${path}` }],
});
const SCENARIO = [
  writes('T001', 'src/index.js', 'export {};\n'),
  writes('T002', 'README.md', '# Tea\n'),
  writes('T003', 'src/prices.js', 'export const price = 2;\n'),
];

/** A command on the running server, as a person types it. */
const fusionKit = (...argv: string[]): Promise<{ exitCode: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, FUSION_KIT_HOME: join(place.path, 'data'), NO_COLOR: '1' };
    execFile(process.execPath, [COMMAND, ...argv], { cwd: project, env }, (error, out, err) =>
      resolve({ exitCode: error ? Number(error.code) : 0, out, err }),
    );
  });
const json = async <Answer>(...argv: string[]): Promise<Answer> =>
  JSON.parse((await fusionKit(...argv, '--json')).out) as Answer;

beforeAll(async () => {
  place = await scratch('walk');
  const scenario = join(place.path, 'scenario.json');
  await writeFile(scenario, JSON.stringify(SCENARIO));
  server = await startServer({ home: join(place.path, 'data'), env: { FUSION_KIT_SCENARIO: scenario } });
});
afterAll(async () => {
  await server.stop();
  await place.remove();
});
let made = 0;
beforeEach(async () => {
  project = join(place.path, `shop-${(made += 1)}`);
  await repository(project, { 'specs/001-tea/tasks.md': TASKS, 'specs/001-tea/plan.md': '# Plan\n', 'check.txt': '' });
});
/** Whatever happened, the checkout is as it was. */
const untouched = () => git(project, 'status', '--porcelain') === '';
it('a task list is done, its boxes ticked on the branch after the checks of their phase, and nothing else in it changed', async () => {
  const done = await fusionKit(
    'run',
    'specs/001-tea/tasks.md',
    '--provider',
    'scripted',
    '--check',
    'test -f check.txt',
  );
  expect(done.err + done.out).toContain('completed');
  expect(done.exitCode).toBe(0);
  const [run] = (await json<{ runs: Run[] }>('run', 'list')).runs;
  const { tasks } = await json<{ tasks: Task[] }>('run', 'get', run!.id);
  expect(tasks.map(({ node, state }) => [node, state])).toEqual(
    ['T001', 'T002', 'phase-1', 'T003', 'phase-2'].map((node) => [node, 'completed']),
  );
  expect(tasks.find(({ node }) => node === 'phase-1')?.receipt).toMatchObject({
    kind: 'verified',
    checks: [{ command: 'test -f check.txt', exitCode: 0 }],
  });
  expect(tasks.find(({ node }) => node === 'T003')?.receipt).toMatchObject({ kind: 'files' });
  const ticked = git(project, 'show', `${run!.branch}:specs/001-tea/tasks.md`);
  expect(`${ticked}\n`).toBe(TASKS.replaceAll('- [ ]', '- [x]'));
  expect(await readFile(join(project, 'specs/001-tea/tasks.md'), 'utf8')).toBe(TASKS);
  expect(await json('run', 'replay', run!.id)).toMatchObject({ hash: expect.any(String) });
  const forked = await fusionKit('run', 'fork', run!.id, '--at', 'T003', '--json');
  const again = JSON.parse(forked.out) as { run: Run; tasks: Task[] };
  expect(again.run).toMatchObject({ state: 'completed', forkOf: { runId: run!.id, node: 'T003' } });
  expect(again.tasks.filter((task) => task.inheritedFrom).map(({ node }) => node)).toEqual(['T001', 'T002', 'phase-1']);
  expect((await fusionKit('run', 'diff', run!.id, again.run.id)).out).toMatch(/the same \d+ events/);
  expect(untouched()).toBe(true);
}, 120_000);

it('every kind of node does its work, and a person is asked', async () => {
  const started = await json<{ run: Run }>('run', join(ROOT, 'examples/every-kind.workflow.yaml'), '--detach');
  const waiting = async (): Promise<InboxItem | undefined> =>
    (await json<{ items: InboxItem[] }>('inbox', '--run', started.run.id)).items[0];
  await expect.poll(waiting, { timeout: 60_000, interval: 200 }).toMatchObject({
    kind: 'approval',
    message: 'Go on with a.txt, b.txt, c.txt?',
  });
  const item = await waiting();
  await fusionKit('task', 'answer', item!.taskId, 'approve', '--by', 'ada');
  const ended = () => json<{ run: Run; tasks: Task[] }>('run', 'get', started.run.id);
  await expect.poll(async () => (await ended()).run.state, { timeout: 60_000, interval: 200 }).toBe('completed');
  const { run, tasks } = await ended();
  const states = Object.fromEntries(tasks.map(({ node, state }) => [node, state]));
  expect(states).toMatchObject({
    'each[3]/write': 'completed',
    'count#3/add': 'completed',
    took_long: 'skipped',
    slow: 'skipped',
    quick: 'completed',
    done: 'completed',
  });
  expect(states).not.toHaveProperty('count#4/add');
  expect(git(project, 'show', `${run.branch}:n.txt`)).toBe('3');
  expect(untouched()).toBe(true);
}, 120_000);
