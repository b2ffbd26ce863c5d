import { join } from 'node:path';
import type { Event } from '@fusion-kit/domain/event';
import type { RunId } from '@fusion-kit/domain/ids';
import type { Engine } from '@fusion-kit/engine/engine';
import { loopbackModel, type Brain, type LoopbackModel } from '@fusion-kit/testing/loopback-model';
import { processesIn } from '@fusion-kit/testing/workspaces-scratch';
import { afterEach, expect, it } from 'vitest';
import { eventually, node, runEnds, tasksOf } from './house.ts';
import { command, openWorkingHouse, upstreamOf, type WorkingHouse, type WorkingHouseOptions } from './working-house.ts';

/** A busy machine is no failure. */
const PATIENT = { timeout: 20_000 };

const open: (WorkingHouse | LoopbackModel)[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

/** Small enough for a test, far enough apart that a busy machine does not mistake one for the other. */
const SOON = { lookMs: 50, flagMs: 400, actMs: 1_500, lostMs: 20_000 };

/** A house whose agent thinks with a model that answers as `brain` does. */
async function house(brain: Brain, options: WorkingHouseOptions = {}) {
  const model = await loopbackModel(brain);
  open.push(model);
  const opened = await openWorkingHouse({
    upstream: upstreamOf(model),
    team: [{ runtime: 'model-loop' }],
    watchdog: SOON,
    heartbeatMs: 50,
    ...options,
  });
  open.push(opened);
  return { ...opened, model };
}
const finish = { calls: [{ tool: 'finish', input: { summary: 'done' } }] };

it('a model that never answers is shown as stalled, then left, and the task goes on in the same conversation', async () => {
  const { engine, start, model } = await house((_request, number) => (number === 1 ? { hangAfter: 'Well' } : finish));
  const run = await start([node('think', [], { requires: [], retry: { limit: 1, backoffMs: 0 } })]);
  const { event: stalled } = await eventually(engine, ['task.stalled'], { runId: run.id });
  expect(stalled).toMatchObject({ process: 'none' });
  const { event: requeued } = await eventually(engine, ['task.requeued'], { runId: run.id });
  expect(requeued).toMatchObject({ reason: 'agent_stalled' });
  expect((await runEnds(engine, run.id)).event.type).toBe('run.completed');
  const [task] = await tasksOf(engine, run.id);
  expect(task).toMatchObject({ state: 'completed', attempts: 1, fence: 2 });
  expect(task?.stalled).toBeUndefined();
  await expect.poll(() => model.openAnswers(), PATIENT).toBe(0);
  const opened = await engine.events(0, 100, { taskId: task!.id, types: ['turn.opened'] });
  expect(opened).toHaveLength(1);
});

/** What the log tells of a run from its first tool call on. */
async function sinceTool(engine: Engine, runId: RunId): Promise<Event[]> {
  const entries = await engine.events(0, 1_000, { runId });
  return entries.slice(entries.findIndex(({ event }) => event.type === 'tool.called')).map(({ event }) => event);
}

it('a tool that is quiet for long is shown, and not killed before its own time is over', async () => {
  const slow = { calls: [{ tool: 'shell', input: { command: 'sleep 4; echo slept' } }] };
  const { engine, start } = await house((_request, number) => (number === 1 ? slow : finish));
  const run = await start([node('wait', [], { requires: [] })]);
  expect((await runEnds(engine, run.id)).event.type).toBe('run.completed');
  const events = await sinceTool(engine, run.id);
  expect(events.find(({ type }) => type === 'task.stalled')).toMatchObject({ process: 'alive' });
  expect(events.map(({ type }) => type)).toContain('task.revived');
  expect((await tasksOf(engine, run.id))[0]).toMatchObject({ fence: 1, attempts: 0 });
});

it('a tool that works is not quiet, however little it says', async () => {
  const busy = { calls: [{ tool: 'shell', input: { command: 'timeout 5 sh -c "while :; do :; done"; true' } }] };
  const { engine, start } = await house((_request, number) => (number === 1 ? busy : finish), {
    watchdog: { ...SOON, flagMs: 2_500 },
  });
  const run = await start([node('work', [], { requires: [] })]);
  expect((await runEnds(engine, run.id)).event.type).toBe('run.completed');
  const types = (await sinceTool(engine, run.id)).map(({ type }) => type);
  expect(types).not.toContain('task.stalled');
});

it('where a person is to be asked, a stalled task waits for the answer and is then given out again', async () => {
  const { engine, start } = await house((_request, number) => (number === 1 ? { hangAfter: '' } : finish));
  const run = await start([node('think', [], { requires: [] })], { stall: 'ask' });
  const { event } = await eventually(engine, ['task.stalled'], { runId: run.id });
  if (event.type !== 'task.stalled') throw new Error('not stalled');
  await new Promise((resolve) => setTimeout(resolve, 2 * SOON.actMs));
  expect((await tasksOf(engine, run.id))[0]).toMatchObject({ state: 'running', fence: 1 });
  await engine.submit({ type: 'task.restart', taskId: event.taskId, reason: 'started again by a person' });
  expect((await runEnds(engine, run.id)).event.type).toBe('run.completed');
  expect((await tasksOf(engine, run.id))[0]).toMatchObject({ attempts: 0, fence: 2 });
});

it('a command whose process is killed from outside fails at once', async () => {
  const { engine, start, data } = await house(() => finish, { team: [{}] });
  const work = command('echo begun; exec sleep 1000');
  const run = await start([node('long', [], { work, requires: [], retry: { limit: 0, backoffMs: 0 } })]);
  await new Promise<void>((begun) => engine.onDelta(() => begun()));
  const [task] = await tasksOf(engine, run.id);
  const tree = join(data, 'workspaces', task?.dispatch?.agentId ?? '', 'tree');
  await expect.poll(() => processesIn(tree).length, PATIENT).toBeGreaterThan(0);
  for (const directory of processesIn(tree)) process.kill(Number(directory.split('/').at(-1)), 'SIGKILL');
  await runEnds(engine, run.id);
  expect((await tasksOf(engine, run.id))[0]?.failure?.code).toBe('process_died');
});
