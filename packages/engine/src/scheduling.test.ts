import type { EventType } from '@fusion-kit/domain/event';
import { failure } from '@fusion-kit/domain/errors';
import {
  createProject,
  engineParts,
  nthEvent,
  numberedTask,
  type Play,
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

async function open(play: Play, clock = Date.now) {
  const parts = engineParts({ play });
  const engine = await openEngine({ ...(await parts.options()), clock, random: () => 1 });
  engines.push(engine);
  await engine.submit(createProject);
  return { engine, starts: parts.starts };
}
const until = (engine: Engine, type: EventType, nth?: number) => nthEvent(engine.follow.bind(engine), type, nth);
const agent = (n: number) => sampleId('agt', n);
/** Lets everything that can run, run. */
const quiet = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

it('gives an interrupted task back to the agent that began it, though another one is idle too', async () => {
  const { engine, starts } = await open(async (start, report) => {
    if (start.title === 'Task 1' || start.fence > 1) return proving()(start, report);
    await report({ type: 'dispatch.started' });
    await until(engine, 'task.completed');
    return report({ type: 'dispatch.failed', failure: failure('provider_limited', 'a moment') });
  });
  await engine.submit(startRun([numberedTask(1, { priority: 9 }), numberedTask(2)], 2));
  await until(engine, 'run.completed');
  expect(starts.map(({ title, caller }) => [title, caller.agentId])).toEqual([
    ['Task 1', agent(1)],
    ['Task 2', agent(2)],
    ['Task 2', agent(2)],
  ]);
});

it('keeps an interrupted task for its agent while that is paused, and gives it to another when that is gone', async () => {
  const { engine, starts } = await open(async (start, report) => {
    await report({ type: 'dispatch.started' });
    if (start.fence > 1) await proving()(start, report);
  });
  await engine.submit(startRun([numberedTask(1)], 2));
  await until(engine, 'task.started');
  const { caller } = starts[0]!;
  await engine.submit({ type: 'agent.pause', agentId: caller.agentId });
  await engine.submit({ type: 'dispatch.lose', caller, reason: 'its runner was lost' });
  await quiet();
  expect(starts).toHaveLength(1);
  await engine.submit({ type: 'agent.terminate', agentId: caller.agentId, reason: 'not needed any more' });
  await until(engine, 'run.completed');
  expect(starts[1]?.caller.agentId).toBe(caller.agentId === agent(1) ? agent(2) : agent(1));
});

it('does not give a failed task out again before its time, by its own clock', async () => {
  let now = 1_000_000;
  const { engine, starts } = await open(
    async (start, report) => {
      await report({ type: 'dispatch.started' });
      if (start.fence > 1) return proving()(start, report);
      return report({ type: 'dispatch.failed', failure: failure('verification_failed', 'no') });
    },
    () => now,
  );
  await engine.submit(startRun([numberedTask(1, { retry: { limit: 1, backoffMs: 5 } })], 1));
  const { event } = await until(engine, 'task.requeued');
  expect(event).toMatchObject({ notBefore: 1_000_005 });
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(starts).toHaveLength(1);
  now += 5;
  await until(engine, 'run.completed');
  expect(starts).toHaveLength(2);
});

it('starts what was given another place in the queue at that place', async () => {
  let finish: () => void = () => {};
  const first = new Promise<void>((resolve) => (finish = resolve));
  const { engine, starts } = await open(async (start, report) => {
    if (start.title === 'Task 1') await first;
    await proving()(start, report);
  });
  await engine.submit(
    startRun([numberedTask(1, { priority: 9 }), numberedTask(2), numberedTask(3), numberedTask(4)], 1),
  );
  await until(engine, 'task.assigned');
  await engine.submit({ type: 'task.reprioritize', taskId: sampleId('tsk', 4), priority: 8 });
  await engine.submit({ type: 'task.reprioritize', taskId: sampleId('tsk', 2), priority: 0 });
  finish();
  await until(engine, 'run.completed');
  expect(starts.map(({ title }) => title)).toEqual(['Task 1', 'Task 4', 'Task 3', 'Task 2']);
});

it('goes on with other runs while one is paused', async () => {
  const { engine, starts } = await open(proving());
  const spawn = { type: 'agent.spawn', agentId: agent(9), projectId: sampleId('prj', 1) } as const;
  const paused = startRun([numberedTask(1, { priority: 9 })], 0);
  await engine.submit(paused);
  await engine.submit({ type: 'run.pause', runId: paused.spec.id });
  await engine.submit(startRun([numberedTask(2, { priority: 0 })], 0, { id: sampleId('run', 2) }));
  const spec = { name: 'bob', runtime: 'none', capabilities: [], subscriptions: [], budget: {} };
  await engine.submit({ ...spawn, spec });
  await until(engine, 'run.completed');
  expect(starts.map(({ title }) => title)).toEqual(['Task 2']);
  await engine.submit({ type: 'run.resume', runId: paused.spec.id });
  await until(engine, 'run.completed', 2);
  expect(starts.map(({ title }) => title)).toEqual(['Task 2', 'Task 1']);
});
