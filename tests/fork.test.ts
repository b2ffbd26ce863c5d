import type { Task } from '@fusion-kit/domain/task';
import { NodeWork } from '@fusion-kit/domain/node';
import type { Run } from '@fusion-kit/domain/run';
import { afterEach, expect, it } from 'vitest';
import { eventually, node, runEnds, tasksOf } from './house.ts';
import { accepting, of, states } from './kinds.ts';
import { git } from './real-server.ts';
import { command, openWorkingHouse, type WorkingHouse } from './working-house.ts';

const open: WorkingHouse[] = [];
const house = async (team?: Parameters<typeof openWorkingHouse>[0]) => {
  const opened = await openWorkingHouse({ sandbox: 'none', ...team });
  open.push(opened);
  return opened;
};
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const run = (id: string, script: string, needs: readonly string[] = [], more = {}) =>
  node(id, needs, { work: command(script), ...more });
const filesOf = ({ project }: WorkingHouse, { branch }: Run) =>
  git(project, 'ls-tree', '-r', '--name-only', `refs/heads/${branch}`).split('\n');
const commitsOf = ({ project }: WorkingHouse, { branch }: Run) =>
  git(project, 'rev-list', '--first-parent', `refs/heads/${branch}`).split('\n');
const tasks = async (home: WorkingHouse, { id }: Run): Promise<Record<string, Task>> =>
  Object.fromEntries((await tasksOf(home.engine, id)).map((task) => [task.node, task]));
const rowOf = async ({ engine }: WorkingHouse, { id }: Run) =>
  (await engine.find({ table: 'runs', ids: [id], limit: 1 }))[0]!;
const fork = ({ engine }: WorkingHouse, { id }: Run, at?: string, inputs: Record<string, string> = {}) =>
  engine.forkRun({ runId: id, ...(at !== undefined && { node: at }), inputs, defaults: {} });

it('a finished run is gone on from before a node, with other inputs, on a branch of its own', async () => {
  const home = await house();
  const first = await home.start(
    [
      run('a', 'echo a > a; echo from a'),
      run('b', 'echo ${{ inputs.word }} > b', ['a']),
      run('c', 'echo ${{ nodes.a.outputs.stdout }} > c', ['b']),
    ],
    { inputs: { word: { default: 'tea' } } },
  );
  await runEnds(home.engine, first.id);
  const before = await tasks(home, first);
  const tip = commitsOf(home, first);
  const again = await fork(home, first, 'b', { word: 'cake' });
  expect(again).toMatchObject({
    forkOf: { runId: first.id, node: 'b' },
    inputs: { word: 'cake' },
    base: before['a']?.landed?.commit,
    definition: { blob: first.definition?.blob },
  });
  expect(again.branch).not.toBe(first.branch);
  expect((await runEnds(home.engine, again.id)).event.type).toBe('run.completed');
  const after = await tasks(home, again);
  expect(after['a']).toMatchObject({ state: 'completed', inheritedFrom: before['a']?.id, fence: 0 });
  expect(after['b']?.fence).toBe(1);
  expect(git(home.project, 'show', `${again.branch}:b`)).toBe('cake');
  expect(git(home.project, 'show', `${again.branch}:c`)).toBe('from a');
  expect(commitsOf(home, again), 'one commit for b and one for c after that of a').toHaveLength(tip.length);
  expect(commitsOf(home, first), 'the first one is as it was').toEqual(tip);
  expect(git(home.project, 'show', `${first.branch}:b`)).toBe('tea');
});

it('a failed run is gone on from: only what did not complete is done anew, and what was skipped stays so', async () => {
  const home = await house();
  const first = await home.start(
    [
      run('a', 'echo a > a'),
      run('off', 'echo off > off', [], { when: 'false' }),
      run('b', 'test ${{ inputs.ok }} = yes && echo b > b', ['a']),
      run('mend', 'echo mend > mend', [], accepting('b', 'failed')),
      run('c', 'echo c > c', ['b']),
    ],
    { inputs: { ok: { default: 'no' } } },
  );
  await runEnds(home.engine, first.id);
  expect(states(await tasks(home, first))).toEqual({
    a: 'completed',
    off: 'skipped',
    b: 'failed',
    mend: 'completed',
    c: 'cancelled',
  });
  const again = await fork(home, first, undefined, { ok: 'yes' });
  expect((await runEnds(home.engine, again.id)).event.type).toBe('run.completed');
  const after = await tasks(home, again);
  expect(states(after)).toEqual({ a: 'completed', off: 'skipped', b: 'completed', mend: 'skipped', c: 'completed' });
  expect(filesOf(home, again)).toEqual(['a', 'b', 'c', 'read me.txt']);
  expect(after['off']?.reason).toContain('false');
});

it('a running run is not touched by the one that goes on from it', async () => {
  const home = await house();
  const first = await home.start([
    run('a', 'echo a > a'),
    of('ask', { kind: 'approval', message: 'Go on?' }, {}, ['a']),
    run('b', 'echo b > b', ['ask']),
  ]);
  await eventually(home.engine, ['task.opened'], { runId: first.id });
  const events = await home.engine.events(0, 1_000, { runId: first.id });
  const again = await fork(home, first, 'ask');
  await eventually(home.engine, ['task.opened'], { runId: again.id });
  const { ask } = await tasks(home, again);
  await home.engine.submit({ type: 'task.answer', taskId: ask!.id, option: 'approve', by: 'Mia' });
  expect((await runEnds(home.engine, again.id)).event.type).toBe('run.completed');
  expect(filesOf(home, again)).toEqual(['a', 'b', 'read me.txt']);
  expect(await home.engine.events(0, 1_000, { runId: first.id })).toEqual(events);
  expect((await rowOf(home, first)).state).toBe('running');
});

it('what was merged after something that is done anew is done anew too, whole maps as one', async () => {
  const home = await house();
  const first = await home.start([
    of(
      'files',
      { kind: 'map', over: "['x', 'y']", width: 1 },
      { priority: 9, body: [run('write', 'echo ${{ item }} > file-${{ item }}')] },
    ),
    run('side', 'echo side > side', [], { priority: 0 }),
    run('late', 'echo late > late', ['side', 'files']),
  ]);
  await runEnds(home.engine, first.id);
  const before = await tasks(home, first);
  expect(before['side']!.finishedAt!).toBeGreaterThan(before['files[1]/write']!.finishedAt!);
  const again = await fork(home, first, 'files');
  expect(again.base).toBe(first.base);
  await runEnds(home.engine, again.id);
  const after = await tasks(home, again);
  expect(Object.values(after).filter(({ inheritedFrom }) => inheritedFrom)).toEqual([]);
  expect(filesOf(home, again)).toEqual(filesOf(home, first));
  const kept = await fork(home, first, 'late');
  await runEnds(home.engine, kept.id);
  const least = await tasks(home, kept);
  expect(Object.keys(least), 'what was inside a map that is kept is not there again').toEqual([
    'files',
    'side',
    'late',
  ]);
  expect(least['files']?.outputs).toEqual(before['files']?.outputs);
});

it('a run that goes on from another one is gone on from in turn, also before what it was given', async () => {
  const home = await house();
  const first = await home.start([
    run('a', 'echo a > a'),
    run('b', 'date +%N > b', ['a']),
    run('c', 'echo c > c', ['b']),
  ]);
  await runEnds(home.engine, first.id);
  const second = await fork(home, first, 'c');
  await runEnds(home.engine, second.id);
  const third = await fork(home, second, 'b');
  expect(third.base).toBe((await tasks(home, first))['a']?.landed?.commit);
  expect((await runEnds(home.engine, third.id)).event.type).toBe('run.completed');
  expect((await tasks(home, third))['a']?.inheritedFrom).toBe((await tasks(home, second))['a']?.id);
  expect(filesOf(home, third)).toEqual(['a', 'b', 'c', 'read me.txt']);
});

it('says which node it can be, and that nothing is left', async () => {
  const home = await house();
  const first = await home.start([
    of(
      'files',
      { kind: 'map', over: "['x']" },
      { body: [of('inner', { kind: 'loop', max: 1 }, { body: [run('write', 'true')] })] },
    ),
  ]);
  await runEnds(home.engine, first.id);
  for (const inside of ['files[1]/inner#1/write', 'write', 'inner'])
    await expect(fork(home, first, inside)).rejects.toMatchObject({
      code: 'bad_request',
      remedy: expect.stringContaining('name files'),
    });
  await expect(fork(home, first, 'fils')).rejects.toMatchObject({
    code: 'task_unknown',
    message: expect.stringContaining('did you mean files?'),
  });
  await expect(fork(home, first)).rejects.toMatchObject({ code: 'move_refused' });
  await expect(fork(home, first, 'files', { nope: 'x' })).rejects.toMatchObject({ code: 'input_missing' });
});

it('a run is replayed to any of its events, and at its end is what the rows say', async () => {
  const home = await house();
  const first = await home.start([
    of('files', { kind: 'map', over: "['x', 'y']" }, { body: [run('write', 'echo ${{ item }} > ${{ item }}')] }),
    run('end', 'cat x y', ['files']),
  ]);
  const other = await home.start([run('alone', 'true')], { name: 'other' });
  await runEnds(home.engine, other.id);
  const end = (await runEnds(home.engine, first.id)).seq;
  const whole = await home.engine.replay(first.id);
  expect(whole.live).toBe(whole.hash);
  expect(whole.run).toEqual(await rowOf(home, first));
  expect(whole.tasks).toEqual(await tasksOf(home.engine, first.id));
  const [opened] = await home.engine.events(0, 1, { runId: first.id, types: ['task.opened'] });
  const early = await home.engine.replay(first.id, opened!.seq);
  expect(early).toMatchObject({ seq: opened!.seq, run: { state: 'running' } });
  expect(early.live).toBeUndefined();
  expect(early.tasks.find((task) => task.node === 'files')?.spread).toEqual({ opened: 2, of: 2 });
  expect((await home.engine.replay(first.id, end)).hash).toBe(whole.hash);
  await expect(home.engine.replay(first.id, 1)).rejects.toMatchObject({ code: 'run_unknown' });
});

it('two runs are told apart by the first event that is not the same, whatever their ids and times', async () => {
  const home = await house();
  const nodes = [
    run('a', 'echo a > a'),
    run('b', 'echo b > b', ['a']),
    node('c', ['a'], { work: NodeWork.parse({ kind: 'condition', if: "run.branch != ''" }) }),
  ];
  const [one, two] = [await home.start(nodes), await home.start(nodes)];
  await runEnds(home.engine, one.id);
  await runEnds(home.engine, two.id);
  expect(await home.engine.diffRuns(one.id, two.id)).toMatchObject({ same: true });
  const again = await fork(home, one, 'b');
  await runEnds(home.engine, again.id);
  expect(await home.engine.diffRuns(one.id, again.id), 'what is kept counts by what came out of it').toMatchObject({
    same: true,
  });
  const changed = await home.start([nodes[0]!, run('b', 'echo other > other', ['a']), nodes[2]!]);
  await runEnds(home.engine, changed.id);
  const apart = await home.engine.diffRuns(one.id, changed.id);
  expect(apart).toMatchObject({ same: false, one: { event: { type: 'run.started' } } });
});
