import type { AgentSpec } from '@fusion-kit/domain/agent';
import type { Command } from '@fusion-kit/domain/command';
import type { Entry } from '@fusion-kit/domain/entry';
import type { TaskSpec } from '@fusion-kit/domain/task';
import { World } from '@fusion-kit/domain/world';
import { ArrayJournal } from '@fusion-kit/testing/array-journal';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { sampleAgentSpec, sampleRunSpec, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { describe, expect, it } from 'vitest';
import { Log } from './log.ts';
import { ulidIds } from './new-id.ts';
import { Scheduler } from './scheduler.ts';
import { Writer } from './writer.ts';

const projectId = sampleId('prj', 1);
const [ada, bob] = [sampleId('agt', 1), sampleId('agt', 2)];
const [first, second] = [sampleId('tsk', 1), sampleId('tsk', 2)];
const arrive = (agentId: typeof ada): Command => ({ type: 'agent.arrive', agentId, workspace: '/w', sandbox: 'none' });
const task = (id: TaskSpec['id']): TaskSpec => ({ ...sampleTaskSpec, id, node: id, requires: [] });

/** Writer and scheduler over a journal that can be held; `ahead` is told what was decided, just before the scheduler is. */
async function open(tasks: readonly TaskSpec[], ahead: (entry: Entry['event']) => void = () => {}) {
  const journal = new ArrayJournal();
  const world = new World();
  const writer = new Writer({ journal, log: new Log(journal, 0), world, clock: () => 1 });
  const scheduler = new Scheduler({ world, writer, newId: ulidIds(Date.now), clock: () => 1 });
  writer.ahead((entries) => {
    for (const { event } of entries) ahead(event);
    scheduler.see(entries);
  });
  const { base: _base, ...spec } = sampleRunSpec;
  const member = (id: typeof ada, name: string) => ({ id, spec: { ...sampleAgentSpec, name } satisfies AgentSpec });
  await writer.submit({ type: 'project.create', projectId, name: 'shop', path: '/shop', kind: 'git', budget: {} });
  await writer.submit({ type: 'run.start', spec, tasks, agents: [member(ada, 'ada'), member(bob, 'bob')] });
  const holder = (id: TaskSpec['id']) => world.get('tasks', id)?.dispatch?.agentId;
  return { journal, world, writer, scheduler, holder };
}

describe('nobody waits for an event that was already seen', () => {
  it('when a task is cancelled before its assignment is durable, its agent takes the next', async () => {
    const house = await open([task(first), task(second)], (event) => {
      if (event.type === 'task.assigned' && event.taskId === first) {
        house.journal.hold(); // no earlier: on a slow machine each decision is a batch, and there is not room for three on their way
        void house.writer.submit({ type: 'task.cancel', taskId: first, reason: 'enough' });
      }
      if (event.type === 'task.cancelled') house.journal.release();
    });
    await house.writer.submit(arrive(ada));
    await expect.poll(() => house.holder(second)).toBe(ada);
  });

  it('when an assignment is refused because its agent was paused, another agent takes the task', async () => {
    const house = await open([task(first)], (event) => {
      // It stands in the queue of the writer before the assignment that the scheduler asks for next.
      if (event.type === 'run.resumed') void house.writer.submit({ type: 'agent.pause', agentId: ada });
    });
    await house.writer.submit({ type: 'run.pause', runId: sampleRunSpec.id });
    await house.writer.submit(arrive(ada));
    await house.writer.submit(arrive(bob));
    await house.writer.submit({ type: 'run.resume', runId: sampleRunSpec.id });
    await expect.poll(() => house.holder(first)).toBe(bob);
  });
});

it('a task whose agent can no longer do it goes to another', async () => {
  const house = await open([{ ...task(first), requires: ['code'] }]);
  await house.writer.submit(arrive(ada));
  await expect.poll(() => house.holder(first)).toBe(ada);
  const dispatchId = house.world.get('tasks', first)!.dispatch!.id;
  await house.writer.submit({ type: 'agent.update', agentId: ada, change: { capabilities: ['write'] } });
  const caller = { projectId, runId: sampleRunSpec.id, taskId: first, agentId: ada, dispatchId };
  await house.writer.submit({ type: 'dispatch.lose', caller, reason: 'its runner was lost' });
  await house.writer.submit(arrive(bob));
  await expect.poll(() => house.holder(first)).toBe(bob);
});
