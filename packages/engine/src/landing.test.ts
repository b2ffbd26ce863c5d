import { FusionError } from '@fusion-kit/domain/errors';
import type { EventType } from '@fusion-kit/domain/event';
import {
  createProject,
  engineParts,
  nthEvent,
  numberedTask,
  proving,
  startRun,
} from '@fusion-kit/testing/engine-parts';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { afterEach, expect, it } from 'vitest';
import type { Engine } from './engine.ts';
import { openEngine } from './open-engine.ts';

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close('the test is over');
});

const commit = (n: number) => String(n).padStart(40, '0');
type Parts = ReturnType<typeof engineParts>;

async function open(parts: Parts) {
  const engine = await openEngine(await parts.options());
  engines.push(engine);
  return engine;
}
const until = (engine: Engine, type: EventType, nth?: number) => nthEvent(engine.follow.bind(engine), type, nth);
const taskOf = async (engine: Engine, n: number) =>
  (await engine.find({ table: 'tasks', ids: [sampleId('tsk', n)], limit: 1 }))[0];

it('lands one after the other, in the order in which the work was proved', async () => {
  const landed: string[] = [];
  let landing = 0;
  let most = 0;
  const parts = engineParts({
    play: (start, report) => proving({}, commit(Number(start.title.slice(5))))(start, report),
    async integrate(_project, which) {
      most = Math.max(most, (landing += 1));
      await new Promise((resolve) => setImmediate(resolve));
      landing -= 1;
      landed.push(which);
      return { landed: true, commit: which };
    },
  });
  const engine = await open(parts);
  await engine.submit(createProject);
  await engine.submit(
    startRun(
      [1, 2, 3, 4].map((n) => numberedTask(n)),
      4,
    ),
  );
  await until(engine, 'run.completed');
  const proved = (await engine.events(0, 1_000, { types: ['task.proved'] })).map(({ event }) =>
    event.type === 'task.proved' ? event.receipt.commit : undefined,
  );
  expect([most, landed]).toEqual([1, proved]);
  expect(await taskOf(engine, 4)).toMatchObject({ landed: { ref: 'refs/heads/fusion/feature' } });
});

it('has work that conflicts done again while attempts are left, then fails it, naming both sides', async () => {
  const files = Array.from({ length: 4_000 }, (_, n) => `src/a file with a long name ${n}.js`);
  const parts = engineParts({
    play: proving({}, commit(1)),
    integrate: async () => ({ landed: false, conflict: { files, ours: 'a'.repeat(40), theirs: commit(1) } }),
  });
  const engine = await open(parts);
  await engine.submit(createProject);
  await engine.submit(startRun([numberedTask(1, { retry: { limit: 1, backoffMs: 0 } })], 1));
  await until(engine, 'run.failed');
  expect((await taskOf(engine, 1))?.failure).toMatchObject({
    code: 'landing_conflict',
    message: expect.stringMatching(
      /^src\/a file.* and 3990 more changed on both sides: a{10} on fusion\/feature and 0{10} of task n1$/,
    ),
    details: { fileCount: 4_000, ours: 'a'.repeat(40), theirs: commit(1) },
  });
  expect(parts.starts).toHaveLength(2);
});

/** A store that fails so often before it lands what it is given. */
const troubled = (code: 'project_store_failed' | 'workspace_failed', times: number) => {
  let left = times;
  return engineParts({
    play: proving({}, commit(1)),
    async integrate() {
      if ((left -= 1) >= 0) throw new FusionError(code, 'it did not work');
      return { landed: true, commit: commit(1) };
    },
  });
};

it.each([
  ['waits for a store that is busy for a moment, which is no attempt of the task', 'project_store_failed', 1, 1, 0],
  ['gives a task out again when its work cannot be merged, as often as its policy says', 'workspace_failed', 2, 3, 2],
] as const)('%s', async (_what, code, times, fence, attempts) => {
  const engine = await open(troubled(code, times));
  await engine.submit(createProject);
  await engine.submit(startRun([numberedTask(1, { retry: { limit: 2, backoffMs: 0 } })], 1));
  await until(engine, 'run.completed');
  expect(await taskOf(engine, 1)).toMatchObject({ fence, attempts, landed: { commit: commit(1) } });
});

it('after a restart lands what was proved, without anybody working on it again', async () => {
  const first = engineParts({ play: proving({ summary: 'done' }, commit(1)), integrate: () => new Promise(() => {}) });
  const killed = await openEngine(await first.options());
  await killed.submit(createProject);
  await killed.submit(startRun([numberedTask(1)], 1));
  await until(killed, 'task.proved');

  const landed: string[] = [];
  const second = engineParts({
    play: proving({}, commit(2)),
    journal: first.journal,
    async integrate(_project, which) {
      landed.push(which);
      return { landed: true, commit: which };
    },
  });
  const engine = await open(second);
  await until(engine, 'run.completed');
  expect([landed, second.starts]).toEqual([[commit(1)], []]);
  expect(await taskOf(engine, 1)).toMatchObject({ state: 'completed', fence: 1, outputs: { summary: 'done' } });
});

it('what is merging when its run is cancelled is still recorded, also by the next server, and the run then leaves memory', async () => {
  const first = engineParts({ play: proving({}, commit(1)), integrate: () => new Promise(() => {}) });
  const killed = await openEngine(await first.options());
  await killed.submit(createProject);
  await killed.submit(startRun([numberedTask(1), numberedTask(2, {}, [1])], 1));
  await until(killed, 'task.proved');
  await killed.submit({ type: 'run.cancel', runId: sampleId('run', 1), reason: 'enough' });
  expect(await taskOf(killed, 1)).toMatchObject({ state: 'running', phase: 'landing' });

  const engine = await open(engineParts({ play: proving(), journal: first.journal }));
  await until(engine, 'task.completed');
  expect(await taskOf(engine, 1)).toMatchObject({ state: 'completed', landed: { commit: commit(1) } });
  const [run] = await engine.find({ table: 'runs', ids: [sampleId('run', 1)], limit: 1 });
  expect(run).toMatchObject({ state: 'cancelled', head: commit(1) });
  expect(await engine.read((world) => [world.count('runs'), world.count('tasks')])).toEqual([0, 0]);
});

it('a merge that fails after its run was cancelled is not tried as a task again', async () => {
  let fail: () => void = () => {};
  const failing = new Promise<never>(
    (_resolve, reject) => (fail = () => reject(new FusionError('workspace_failed', 'no'))),
  );
  const parts = engineParts({ play: proving({}, commit(1)), integrate: () => failing });
  const engine = await open(parts);
  await engine.submit(createProject);
  await engine.submit(startRun([numberedTask(1, { retry: { limit: 3, backoffMs: 0 } })], 1));
  await until(engine, 'task.proved');
  await engine.submit({ type: 'run.cancel', runId: sampleId('run', 1), reason: 'enough' });
  fail();
  await until(engine, 'task.failed');
  expect(await engine.read((world) => world.count('runs'))).toBe(0);
});
