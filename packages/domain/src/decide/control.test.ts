import { sampleId } from '@fusion-kit/testing/journal-samples';
import { sampleRunSpec, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command } from '../command.ts';
import { decide } from '../decide.ts';
import type { Event } from '../event.ts';
import { NodeWork } from '../node.ts';
import { needsMet } from '../schedule.ts';
import { isEnded, type Need, type TaskSpec } from '../task.ts';
import { World } from '../world.ts';
import { failure } from '../errors.ts';

const projectId = sampleId('prj', 1);
const runId = sampleId('run', 1);
const id = (n: number) => sampleId('tsk', n);
const work = (given: object) => NodeWork.parse(given);
const MAP = work({ kind: 'map', over: '[1]' });
const JOIN = work({ kind: 'join' });
const APPROVAL = work({
  kind: 'approval',
  message: 'Well?',
  options: ['complete', 'skip', 'fail', 'cancel_run'].map((outcome) => ({ id: outcome.replace('_', '-'), outcome })),
});
const why = failure('expression_invalid', 'no');
const need = (n: number, ...accept: Need['accept']): Need => ({ id: id(n), accept });
const task = (n: number, change: Partial<TaskSpec> = {}): TaskSpec => ({
  ...sampleTaskSpec,
  id: id(n),
  node: `n${n}`,
  requires: [],
  ...change,
});
/** A task inside another one. */
const inside = (n: number, parent: number, index: number, change: Partial<TaskSpec> = {}): TaskSpec =>
  task(n, { scope: { parent: id(parent), index, prefix: `n${parent}[${index}]/`, values: {} }, ...change });

/** A world that keeps what it decides. */
function begin(tasks: readonly TaskSpec[], more: Partial<Extract<Command, { type: 'run.start' }>> = {}) {
  const world = new World();
  let seq = 0;
  const ask = (command: Command, at = 0): readonly Event[] => {
    const { events, refused } = decide(world, command, at);
    if (refused) throw refused;
    for (const event of events) world.apply({ seq: (seq += 1), at, event });
    return events;
  };
  ask({ type: 'project.create', projectId, name: 'shop', path: '/shop', kind: 'git', budget: {} });
  const spec = { ...sampleRunSpec, check: [], ...more.spec };
  const started = ask({ type: 'run.start', tasks, agents: [], ...more, spec });
  const stateOf = (n: number) => world.get('tasks', id(n))?.state;
  return { world, ask, started, stateOf, run: () => world.get('runs', runId)?.state };
}
const types = (events: readonly Event[]) => events.map(({ type }) => type);
const close = (n: number): Command => ({ type: 'control.close', taskId: id(n), outputs: {} });
const fail = (n: number): Command => ({ type: 'control.fail', taskId: id(n), failure: why });
const cancel = (n: number): Command => ({ type: 'task.cancel', taskId: id(n), reason: 'enough' });
const skip = (n: number): Command => ({ type: 'task.skip', taskId: id(n), reason: 'not wanted' });
const open = (n: number, after: number, opened: number, children: readonly TaskSpec[] = []): Command => ({
  type: 'control.open',
  taskId: id(n),
  after,
  opened,
  of: 3,
  children,
});
const refusal = (code: string) => expect.objectContaining({ code });

describe('a task of the house', () => {
  it('is opened once for every step, however often that is told', () => {
    const { ask, world } = begin([task(1, { work: MAP })]);
    expect(types(ask(open(1, 0, 1, [inside(2, 1, 1)])))).toEqual(['task.opened', 'task.created']);
    expect(ask(open(1, 0, 1, [inside(3, 1, 1)]))).toEqual([]);
    expect(types(ask(open(1, 1, 2, [inside(4, 1, 2)])))).toEqual(['task.opened', 'task.created']);
    expect(world.get('tasks', id(1))).toMatchObject({
      state: 'running',
      phase: 'parked',
      spread: { opened: 2, of: 3 },
    });
    expect(world.childrenOf(id(1))).toEqual([id(2), id(4)]);
    expect(world.childrenOf(id(1), 2)).toEqual([id(4)]);
    expect([world.openItems(id(1)), world.openChildren(id(1)), world.openChildren(id(1), 1)]).toEqual([2, 2, 1]);
    expect(world.taskCount(runId)).toBe(3);
  });

  it('is not closed while something inside is open, and the run ends after it', () => {
    const { ask, run } = begin([task(1, { work: MAP })]);
    ask(open(1, 0, 1, [inside(2, 1, 1, { work: JOIN })]));
    expect(() => ask(close(1))).toThrow(refusal('move_refused'));
    ask(close(2));
    expect(run(), 'the map is open still').toBe('running');
    expect(types(ask(close(1)))).toEqual(['task.completed', 'run.completed']);
  });

  it('is neither opened nor closed before its needs, before its condition, or while its run is paused', () => {
    const { ask } = begin([task(1, { work: JOIN }), task(2, { work: JOIN, needs: [need(1, 'completed')], when: 'x' })]);
    expect(() => ask(close(2))).toThrow(refusal('move_refused'));
    ask({ type: 'run.pause', runId });
    expect(() => ask(close(1))).toThrow(refusal('move_refused'));
    ask({ type: 'run.resume', runId });
    ask(close(1));
    expect(() => ask(close(2))).toThrow(/condition/);
    ask({ type: 'task.admit', taskId: id(2) });
    expect(ask({ type: 'task.admit', taskId: id(2) })).toEqual([]);
    ask(close(2));
    expect(() => ask(close(2))).toThrow(refusal('move_refused'));
  });

  it('does not do the work of an agent', () => {
    const { ask } = begin([task(1)]);
    expect(() => ask(close(1))).toThrow(refusal('move_refused'));
    expect(() => ask(open(1, 0, 1))).toThrow(refusal('move_refused'));
  });

  it.each([
    ['fails', fail(1), 'failed'],
    ['is skipped', skip(1), 'skipped'],
    ['is cancelled', cancel(1), 'cancelled'],
  ])('that %s takes everything inside with it, however deep', (_what, command, state) => {
    const { ask, stateOf, world } = begin([task(1, { work: MAP }), task(9)]);
    ask(open(1, 0, 1, [inside(2, 1, 1, { work: MAP }), inside(3, 1, 1, { needs: [need(2, 'completed')] })]));
    ask(open(2, 0, 1, [inside(4, 2, 1)]));
    ask(command);
    expect([1, 2, 3, 4].map(stateOf)).toEqual([state, 'cancelled', 'cancelled', 'cancelled']);
    expect(world.openTasks(runId)).toBe(1);
    expect(ask(fail(1)), 'told twice').toEqual([]);
  });
});

describe('an approval', () => {
  it.each([
    ['complete', 'completed', 'completed'],
    ['skip', 'skipped', 'completed'],
    ['fail', 'failed', 'failed'],
    ['cancel-run', 'cancelled', 'cancelled'],
  ])('answered %s is %s', (option, state, run) => {
    const { ask, stateOf, run: runState } = begin([task(1, { work: APPROVAL })]);
    const answer: Command = { type: 'task.answer', taskId: id(1), option, by: 'Mia', comment: 'as said' };
    expect(() => ask(answer), 'it was not asked yet').toThrow(refusal('move_refused'));
    ask({ type: 'control.open', taskId: id(1), after: 0, opened: 0, asks: 'Well?', children: [] });
    expect(() => ask({ ...answer, option: 'perhaps' })).toThrow(/complete, skip, fail, cancel-run/);
    ask(answer);
    expect([stateOf(1), runState()]).toEqual([state, run]);
    expect(() => ask(answer), 'a second answer').toThrow(refusal('move_refused'));
  });
});

describe('what follows an end', () => {
  it.each([
    ['completed', close(1), { 2: 'queued', 3: 'skipped', 4: 'skipped', 5: 'queued' }],
    ['skipped', skip(1), { 2: 'skipped', 3: 'queued', 4: 'skipped', 5: 'queued' }],
    ['failed', fail(1), { 2: 'cancelled', 3: 'cancelled', 4: 'queued', 5: 'queued' }],
    ['cancelled', cancel(1), { 2: 'cancelled', 3: 'cancelled', 4: 'cancelled', 5: 'cancelled' }],
  ])('%s', (_state, command, expected) => {
    const { ask, stateOf } = begin([
      task(1, { work: JOIN }),
      task(2, { needs: [need(1, 'completed')] }),
      task(3, { needs: [need(1, 'skipped')] }),
      task(4, { needs: [need(1, 'failed')] }),
      task(5, { needs: [need(1, 'completed', 'skipped', 'failed')] }),
      task(9),
    ]);
    ask(command);
    expect(Object.fromEntries([2, 3, 4, 5].map((n) => [n, stateOf(n)]))).toEqual(expected);
  });

  it('of a failure that something was there for does not fail the run', () => {
    const handled = begin([task(1, { work: JOIN }), task(2, { work: JOIN, needs: [need(1, 'failed')] })]);
    handled.ask(fail(1));
    expect(handled.run()).toBe('running');
    expect(types(handled.ask(close(2)))).toEqual(['task.completed', 'run.completed']);
    const not = begin([task(1, { work: JOIN }), task(2, { work: JOIN, needs: [need(1, 'completed')] })]);
    expect(types(not.ask(fail(1)))).toEqual(['task.failed', 'task.cancelled', 'run.failed']);
  });

  it('of a task that was cancelled for its own sake leaves no run that counts as completed', () => {
    const stopped = begin([task(1, { work: JOIN }), task(2, { work: JOIN, needs: [need(1, 'completed')] })]);
    const events = stopped.ask(cancel(1));
    expect(types(events)).toEqual(['task.cancelled', 'task.cancelled', 'run.cancelled']);
    expect(events.at(-1)).toMatchObject({ reason: 'task n1 cancelled' });
    const stranded = begin([
      task(1, { work: JOIN }),
      task(2, { work: JOIN, needs: [need(1, 'failed')] }),
      task(3, { work: JOIN, needs: [need(1, 'completed')] }),
    ]);
    stranded.ask(fail(1));
    expect(types(stranded.ask(close(2))), 'what only could not start any more was nobody’s wish').toEqual([
      'task.completed',
      'run.completed',
    ]);
  });

  it('of a failure inside a task does not fail the run by itself', () => {
    const { ask, run } = begin([task(1, { work: MAP })]);
    ask(open(1, 0, 1, [inside(2, 1, 1)]));
    ask(fail(2));
    expect(run()).toBe('running');
    expect(types(ask(close(1)))).toEqual(['task.completed', 'run.completed']);
  });
});

describe('a run that has a part of another one', () => {
  const kept = (n: number) => ({ taskId: id(n), from: id(n + 50), outputs: { said: 'x' } });

  it('begins after it', () => {
    const { world, stateOf } = begin([task(1), task(2, { needs: [need(1, 'completed')] })], { inherited: [kept(1)] });
    expect(world.get('tasks', id(1))).toMatchObject({ state: 'completed', inheritedFrom: id(51), fence: 0 });
    expect(stateOf(2)).toBe('queued');
    expect(needsMet(world, world.get('tasks', id(2))!)).toBe(true);
  });

  it('ends at once what can never start, and itself when nothing is left', () => {
    const { started, stateOf, run } = begin(
      [task(1), task(2, { needs: [need(1, 'completed')] }), task(3, { needs: [need(2, 'completed')] })],
      { skipped: [{ taskId: id(1), reason: 'as before' }] },
    );
    expect([1, 2, 3].map(stateOf)).toEqual(['skipped', 'skipped', 'skipped']);
    expect(started.at(-1)).toMatchObject({ type: 'run.completed' });
    expect(run()).toBe('completed');
  });
});

it('a run ends when its time is over, not before, and only once', () => {
  const { ask, stateOf } = begin([task(1, { work: MAP }), task(2)], { spec: { ...sampleRunSpec, deadlineAt: 100 } });
  ask(open(1, 0, 1, [inside(3, 1, 1)]));
  expect(ask({ type: 'run.expire', runId }, 99)).toEqual([]);
  ask({ type: 'run.pause', runId });
  expect(ask({ type: 'run.expire', runId }, 100).at(-1)).toMatchObject({
    type: 'run.failed',
    failure: { code: 'run_timeout' },
  });
  expect([1, 2, 3].map(stateOf)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  expect(ask({ type: 'run.expire', runId }, 200)).toEqual([]);
});

it('every run of any graph ends, whichever way its tasks end, and nothing ends or starts that may not', () => {
  const accept = fc.subarray(['completed', 'skipped', 'failed'] as const, { minLength: 1 });
  const node = (n: number) =>
    fc.record({
      needs: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: Math.max(1, n - 1) }), accept), {
        maxLength: Math.min(3, n - 1),
        selector: ([to]) => to,
      }),
      isMap: fc.boolean(),
      end: fc.constantFrom(close, fail, skip),
    });
  const graph = fc
    .integer({ min: 1, max: 12 })
    .chain((size) => fc.tuple(...Array.from({ length: size }, (_, at) => node(at + 1))));
  fc.assert(
    fc.property(graph, fc.array(fc.nat(), { minLength: 60, maxLength: 60 }), (nodes, picks) => {
      const specs = nodes.map(({ needs, isMap }, at) =>
        task(at + 1, { work: isMap ? MAP : JOIN, needs: needs.map(([to, how]) => need(to, ...how)) }),
      );
      const { ask, world, run } = begin(specs);
      let born = 100;
      for (const pick of picks) {
        const up = [...world.all('tasks')].filter(
          (each) => (each.state === 'queued' && needsMet(world, each)) || each.state === 'running',
        );
        const chosen = up[pick % Math.max(1, up.length)];
        if (!chosen) break;
        const n = Number(chosen.id.slice(-3));
        const opens = chosen.work.kind === 'map' && chosen.state === 'queued' && pick % 2 === 0;
        if (opens) {
          const [first, second] = [(born += 1), (born += 1)];
          const then = inside(second, n, 1, { work: JOIN, needs: [need(first, 'completed')] });
          ask(open(n, 0, 1, [inside(first, n, 1, { work: JOIN }), then]));
        } else if (world.openChildren(chosen.id) === 0) ask((nodes[n - 1]?.end ?? close)(n));
      }
      for (const each of world.all('tasks')) {
        if (each.scope && isEnded(world.get('tasks', each.scope.parent)!.state)) expect(isEnded(each.state)).toBe(true);
        if (each.state === 'completed') expect(needsMet(world, each)).toBe(true);
      }
      expect(run() !== 'running').toBe(world.openTasks(runId) === 0);
      const waiting = [...world.all('tasks')].filter(({ state }) => !isEnded(state));
      const goOn = waiting.filter((each) => each.state === 'running' || needsMet(world, each));
      expect(goOn.length > 0, 'something can always go on').toBe(waiting.length > 0);
    }),
    { numRuns: 1_000 },
  );
});
