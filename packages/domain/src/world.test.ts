import { sampleId } from '@fusion-kit/testing/journal-samples';
import { SAMPLE, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { expect, it } from 'vitest';
import type { Event } from './event.ts';
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
