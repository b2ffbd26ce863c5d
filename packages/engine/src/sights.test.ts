import { sampleId } from '@fusion-kit/testing/journal-samples';
import { createProject, engineParts, nthEvent, numberedTask, startRun } from '@fusion-kit/testing/engine-parts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Engine } from './engine.ts';
import { openEngine } from './open-engine.ts';

let engine: Engine;
let parts: ReturnType<typeof engineParts>;

beforeEach(async () => {
  parts = engineParts({ play: (_start, report) => report({ type: 'dispatch.started' }) });
  engine = await openEngine(await parts.options());
  await engine.submit(createProject);
  await engine.submit(startRun([numberedTask(1), numberedTask(2)], 1));
  await nthEvent(engine.follow.bind(engine), 'task.started');
});
afterEach(() => engine.close('the test is over'));

const looking = (task?: string) => {
  const { caller, token } = parts.starts[0]!;
  return parts.report({ type: 'task.look', caller, token, ...(task !== undefined && { task }) });
};

it('a dispatch sees the tasks of its run, by id and by node, and its own without a name', async () => {
  const own = await looking();
  expect(own).toMatchObject({ ok: true, task: { state: 'running' } });
  const { task } = own as { task: { id: string; node: string } };
  expect(await looking(task.node)).toEqual(own);
  expect(await looking(task.id)).toEqual(own);
});

it.each(['nothing', sampleId('tsk', 99), sampleId('run', 1)])('%s is no task of its run', async (name) => {
  expect(await looking(name)).toMatchObject({ ok: false, failure: { code: 'task_unknown' } });
});

it('a task of another run is unknown, though the engine has it', async () => {
  const { caller, token } = parts.starts[0]!;
  const other = { ...caller, runId: sampleId('run', 7) };
  const report = { type: 'task.look', caller: other, token, task: caller.taskId } as const;
  expect(await parts.report(report)).toMatchObject({ ok: false, failure: { code: 'task_unknown' } });
});

it('whose token is over sees nothing', async () => {
  const { caller } = parts.starts[0]!;
  for (const type of ['task.look', 'team.look'] as const)
    expect(await parts.report({ type, caller, token: 'made-up' })).toMatchObject({
      ok: false,
      failure: { code: 'dispatch_stale' },
    });
});
