import { sampleId } from '@fusion-kit/testing/journal-samples';
import { SAMPLE, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Rows, Table } from './row.ts';
import { needsMet } from './schedule.ts';
import { waitingReason } from './schedule-reason.ts';
import { Accept, isEnded, type Task, TaskState } from './task.ts';
import { NO_USAGE } from './usage.ts';
import { World } from './world.ts';

const COUNT = 5;
const ids = Array.from({ length: COUNT }, (_, at) => sampleId('tsk', at + 1));

/** A task with needs among the others, in any state: needs of an index are about rows, however they came to be. */
const row = fc
  .record({
    at: fc.nat(COUNT - 1),
    state: fc.constantFrom(...TaskState.options),
    needs: fc.array(fc.record({ of: fc.nat(COUNT - 1), accept: fc.subarray(Accept.options, { minLength: 1 }) }), {
      maxLength: 6,
    }),
  })
  .map(({ at, state, needs }): Task => ({
    ...sampleTaskSpec,
    id: ids[at]!,
    needs: needs.filter(({ of }) => of !== at).map(({ of, accept }) => ({ id: ids[of]!, accept })),
    state,
    fence: 0,
    attempts: 0,
    usage: NO_USAGE,
    createdAt: 0,
  }));

const step = fc.oneof(
  { weight: 6, arbitrary: row.map((task) => ({ what: 'put' as const, task })) },
  { weight: 2, arbitrary: row.map((task) => ({ what: 'more' as const, task })) },
  { weight: 2, arbitrary: fc.nat(COUNT - 1).map((at) => ({ what: 'forget' as const, id: ids[at]! })) },
  { weight: 2, arbitrary: fc.nat(COUNT - 1).map((at) => ({ what: 'unborn' as const, id: ids[at]! })) },
  { weight: 2, arbitrary: fc.nat(20).map((back) => ({ what: 'again' as const, back })) },
);

/** As it is defined, by looking at every need. */
const unmetOf = (world: World, task: Task): string[] => {
  const open = task.needs.filter(({ id, accept }) => {
    const needed = world.get('tasks', id);
    return !needed || !isEnded(needed.state) || !(accept as readonly string[]).includes(needed.state);
  });
  return [...new Set(open.map(({ id }) => id))].toSorted();
};

it('knows at any time which needs are not met, whatever rows come, grow, leave and are put back', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const world = new World();
      const put: Task[] = [];
      const admit = (task: Task) => {
        put.push(task);
        world.admit({ table: 'tasks', id: task.id, row: task });
      };
      for (const each of steps) {
        if (each.what === 'put') admit(each.task);
        if (each.what === 'more') {
          const before = world.get('tasks', each.task.id);
          if (before) admit({ ...before, needs: [...before.needs, ...each.task.needs] });
        }
        if (each.what === 'forget') world.forget('tasks', each.id);
        if (each.what === 'unborn') world.admit({ table: 'tasks', id: each.id, row: null });
        const older = each.what === 'again' ? put.at(-1 - each.back) : undefined;
        if (older) admit(older);
        for (const task of world.all('tasks')) {
          const unmet = unmetOf(world, task);
          expect([...world.unmetNeeds(task.id)].toSorted()).toEqual(unmet);
          expect(needsMet(world, task)).toBe(unmet.length === 0);
        }
        for (const id of ids) {
          const needing = [...world.all('tasks')].filter((task) => task.needs.some((need) => need.id === id));
          expect(world.dependents(id).toSorted()).toEqual(needing.map((task) => task.id).toSorted());
        }
        for (const id of ids) if (!world.get('tasks', id)) expect(world.unmetNeeds(id).size).toBe(0);
      }
    }),
    { numRuns: 500 },
  );
});

it('tells of a task that is not in memory by looking at its needs', () => {
  const world = new World();
  world.apply({ seq: 1, at: 1, event: SAMPLE['task.created'] });
  const needed = world.get('tasks', sampleTaskSpec.id)!;
  const stranger: Task = { ...needed, id: ids[1]!, needs: [{ id: needed.id, accept: ['completed'] }] };
  expect(needsMet(world, stranger)).toBe(false);
  world.admit({ table: 'tasks', id: needed.id, row: { ...needed, state: 'completed' } });
  expect(needsMet(world, stranger)).toBe(true);
});

it('names what a dependent accepts of a task, when it names it twice what both do', () => {
  const world = new World();
  const needs = [
    { id: ids[0]!, accept: ['completed' as const, 'failed' as const] },
    { id: ids[0]!, accept: ['failed' as const, 'skipped' as const] },
  ];
  world.apply({
    seq: 1,
    at: 1,
    event: { ...SAMPLE['task.created'], taskId: ids[1]!, spec: { ...sampleTaskSpec, id: ids[1]!, needs } },
  });
  expect(world.acceptedBy(ids[1]!, ids[0]!)).toEqual(['failed']);
  expect(world.acceptedBy(ids[0]!, ids[1]!)).toBeUndefined();
});

/** Counts how often rows are looked up. */
class CountingWorld extends World {
  lookups = 0;
  override get<T extends Table>(table: T, id: string): Rows[T] | undefined {
    this.lookups += 1;
    return super.get(table, id);
  }
}

it('asks no more of a task that needs thousands than of one that needs few', () => {
  const needed = Array.from({ length: 3_000 }, (_, at) => sampleId('tsk', at + 10));
  const world = new CountingWorld();
  const blank = { ...sampleTaskSpec, state: 'queued' as const, fence: 0, attempts: 0, usage: NO_USAGE, createdAt: 0 };
  const put = (task: Task) => world.admit({ table: 'tasks', id: task.id, row: task });
  for (const id of needed) put({ ...blank, id });
  const join: Task = { ...blank, id: ids[0]!, needs: needed.map((id) => ({ id, accept: ['completed'] })) };
  put(join);
  world.lookups = 0;
  for (const id of needed.slice(1)) {
    put({ ...blank, id, state: 'completed' });
    expect(needsMet(world, join)).toBe(false);
    expect(waitingReason(world, join, 0)).toMatch(/^needs build/);
  }
  put({ ...blank, id: needed[0]!, state: 'completed' });
  expect(needsMet(world, join)).toBe(true);
  expect(world.lookups).toBeLessThan(20 * needed.length);
});
