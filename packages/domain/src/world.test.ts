import { sampleId } from '@fusion-kit/testing/journal-samples';
import { SAMPLE, sampleAgentSpec, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Agent } from './agent.ts';
import type { Event } from './event.ts';
import { DeliveryState, isUnread, type Message } from './message.ts';
import { NO_USAGE } from './usage.ts';
import { World } from './world.ts';

const needed = sampleTaskSpec.id;
const needing = { ...sampleTaskSpec, id: sampleId('tsk', 2), needs: [{ id: needed, accept: ['completed' as const] }] };

function worldOf(...events: Event[]): World {
  const world = new World();
  events.forEach((event, at) => world.apply({ seq: at + 1, at, event }));
  return world;
}

it('knows who waits for a task also after that task has been out of memory', () => {
  const world = worldOf(SAMPLE['task.created'], { ...SAMPLE['task.created'], taskId: needing.id, spec: needing });
  const row = world.get('tasks', needed)!;
  world.forget('tasks', needed);
  world.admit({ table: 'tasks', id: needed, row });
  expect(world.dependents(needed)).toEqual([needing.id]);
});

it('keeps nothing of a task that came and went', () => {
  const world = worldOf({ ...SAMPLE['task.created'], taskId: needing.id, spec: needing });
  const row = world.get('tasks', needing.id)!;
  world.forget('tasks', needing.id);
  expect(world.dependents(needed)).toEqual([]);
  for (let times = 0; times < 3; times += 1) world.admit({ table: 'tasks', id: needing.id, row });
  expect(world.dependents(needed)).toEqual([needing.id]);
});

it('knows of the needs that come after a task is created', () => {
  const more = sampleId('tsk', 3);
  const world = worldOf(
    { ...SAMPLE['task.created'], taskId: needing.id, spec: needing },
    { ...SAMPLE['task.needs_added'], taskId: needing.id, needs: [{ id: more, accept: ['completed'] }] },
  );
  expect(world.dependents(needed)).toEqual([needing.id]);
  expect(world.dependents(more)).toEqual([needing.id]);
  expect([...world.tasksOf(needing.runId)]).toHaveLength(1);
});

it('knows who is at work, and of which runtime and provider, whatever rows come, change and leave', () => {
  const agents = [1, 2, 3].map((n) => sampleId('agt', n));
  const row = fc.record({
    id: fc.constantFrom(...agents),
    runtime: fc.constantFrom('shell', 'codex'),
    provider: fc.constantFrom('openrouter', undefined),
    dispatchId: fc.constantFrom(sampleId('dsp', 1), undefined),
    leaves: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), (steps) => {
      const world = new World({ limits: { runtime: { codex: 2 }, provider: { openrouter: 2 } } });
      for (const { leaves, provider, dispatchId, ...change } of steps) {
        const agent: Agent = {
          ...sampleAgentSpec,
          ...change,
          ...(provider && { provider }),
          ...(dispatchId && { dispatchId }),
          projectId: sampleTaskSpec.projectId,
          state: 'working',
          usage: NO_USAGE,
          createdAt: 0,
          changedAt: 0,
        };
        if (leaves) world.forget('agents', agent.id);
        else world.admit({ table: 'agents', id: agent.id, row: agent });
        const atWork = [...world.all('agents')].filter((each) => each.dispatchId);
        expect([...world.atWork].toSorted(byText)).toEqual(atWork.map(({ id }) => id).toSorted(byText));
        const isFull =
          (change.runtime === 'codex' && atWork.filter((each) => each.runtime === 'codex').length >= 2) ||
          (provider === 'openrouter' && atWork.filter((each) => each.provider === 'openrouter').length >= 2);
        expect(world.limitReached(agent) !== undefined).toBe(isFull);
      }
    }),
  );
});

const byText = (one: string, other: string): number => (one < other ? -1 : Number(one !== other));

it('knows what each agent has not read, whatever messages come, are read and leave', () => {
  const [agents, messages] = [[1, 2].map((n) => sampleId('agt', n)), [1, 2, 3].map((n) => sampleId('msg', n))];
  const delivery = fc.record({ state: fc.constantFrom(...DeliveryState.options), at: fc.constant(1) });
  const step = fc.record({
    id: fc.constantFrom(...messages),
    deliveries: fc.dictionary(fc.constantFrom(...agents), delivery),
    leaves: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const world = new World();
      for (const { leaves, ...change } of steps) {
        const { projectId } = sampleTaskSpec;
        // as in the log, whom it was sent to does not change
        const deliveries = { ...world.get('messages', change.id)?.deliveries, ...change.deliveries };
        const row: Message = {
          ...change,
          deliveries,
          projectId,
          from: { kind: 'system' },
          to: { topic: 'a' },
          text: '',
          sentAt: 1,
        };
        if (leaves) world.forget('messages', row.id);
        else world.admit({ table: 'messages', id: row.id, row });
        for (const agent of agents) {
          const unread = [...world.all('messages')].filter((each) => isUnread(each.deliveries[agent]));
          expect(new Set(world.unreadBy(agent))).toEqual(new Set(unread));
        }
      }
    }),
  );
});
