import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry } from '@fusion-kit/domain/entry';
import { isEnded, type Task, type TaskSpec, type TaskState } from '@fusion-kit/domain/task';
import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import { memoryBlobs } from '@fusion-kit/journals/blobs/memory-blobs';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { graph, type House, node, openHouse, runEnds, startRun, tasksOf } from './house.ts';
import { agent, echo, of } from './kinds.ts';

const WHEN = ['true', 'false', "nodes.n0.state == 'completed'", 'nodes.n0.outputs.said == 1'];
const accept = fc.subarray(['completed', 'skipped', 'failed'] as const, { minLength: 1 });

/** Graphs of every kind of node but those that wait for a person, in one another up to `depth`. */
const nodes = (depth: number): fc.Arbitrary<WorkflowNode[]> =>
  fc
    .integer({ min: 1, max: depth > 1 ? 6 : 3 })
    .chain((size) => fc.tuple(...Array.from({ length: size }, (_, at) => nodeAt(at, depth))));

function nodeAt(at: number, depth: number): fc.Arbitrary<WorkflowNode> {
  const id = `n${at}`;
  const needs = fc
    .uniqueArray(fc.tuple(fc.nat(Math.max(0, at - 1)), accept), { maxLength: Math.min(2, at), selector: ([to]) => to })
    .map((list) => list.map(([to, how]) => ({ id: `n${to}`, accept: how })));
  const plain = fc.oneof(
    { weight: 4, arbitrary: fc.constant(node(id, [], agent('say something'))) },
    { weight: 1, arbitrary: fc.constant(node(id, [], agent('fail'))) },
    { weight: 1, arbitrary: fc.constant(of(id, { kind: 'join' })) },
    { weight: 1, arbitrary: fc.constantFrom(...WHEN).map((test) => of(id, { kind: 'condition', if: test })) },
  );
  const kind =
    depth > 1 ? fc.oneof({ weight: 7, arbitrary: plain }, { weight: 4, arbitrary: around(id, depth) }) : plain;
  return fc
    .record({ kind, needs, when: fc.option(fc.constantFrom(...WHEN), { nil: undefined, freq: 5 }) })
    .map(({ kind: made, needs: all, when }) => ({ ...made, needs: all, ...(when !== undefined && { when }) }));
}

const around = (id: string, depth: number): fc.Arbitrary<WorkflowNode> =>
  fc
    .tuple(
      nodes(depth - 1),
      fc.constantFrom(
        { kind: 'map', over: "['a', 'b', 'c']", width: 2 },
        { kind: 'map', over: "['a', 'b']", tolerant: true },
        { kind: 'map', over: '[]' },
        { kind: 'loop', max: 2 },
        { kind: 'loop', max: 2, until: 'false' },
        { kind: 'loop', max: 3, while: 'iteration == null or iteration < 2' },
        { kind: 'subworkflow' },
      ),
    )
    .map(([body, work]) => of(id, work, { body }));

const STARTS = new Set(['task.assigned', 'task.opened', 'task.admitted']);

/** Looks for what must never be in a log: a start before its needs, two ends of one task, a node that is there twice. */
function inspect(entries: readonly Entry[]): void {
  const specs = new Map<string, TaskSpec>();
  const ended = new Map<string, TaskState>();
  const names = new Set<string>();
  for (const { event } of entries) {
    if (!('taskId' in event) || !event.taskId) continue;
    if (event.type === 'task.created') {
      expect(names.has(event.spec.node), `${event.spec.node} is there twice`).toBe(false);
      names.add(event.spec.node);
      specs.set(event.taskId, event.spec);
    }
    const spec = specs.get(event.taskId)!;
    if (STARTS.has(event.type))
      for (const { id, accept: accepted } of spec.needs)
        expect(accepted, `${spec.node} starts after what it needs`).toContain(ended.get(id));
    const state = event.type.slice('task.'.length) as TaskState;
    if (!isEnded(state)) continue;
    expect(ended.has(event.taskId), `${spec.node} ends twice`).toBe(false);
    ended.set(event.taskId, state);
  }
}

/** What a failed run has failed of: its own nodes whose failure nothing was there for. */
const unhandled = (tasks: readonly Task[]): Task[] =>
  tasks.filter(
    (task) =>
      task.state === 'failed' &&
      !task.scope &&
      !tasks.some(({ needs }) => needs.some((need) => need.id === task.id && need.accept.includes('failed'))),
  );

/** Waits until the log has so many events, or the run has ended. */
async function reached({ engine }: House, runId: string, seq: number): Promise<void> {
  const stop = new AbortController();
  for await (const entries of engine.follow(0, stop.signal))
    if (entries.some((entry) => entry.seq >= seq || isEnd(entry, runId))) stop.abort();
}
const isEnd = ({ event }: Entry, runId: string): boolean =>
  (event.type === 'run.completed' || event.type === 'run.failed') && event.runId === runId;

it('every run of any workflow ends as it must, also when the server is killed in between', async () => {
  await fc.assert(
    fc.asyncProperty(nodes(3), fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 2 }), async (made, kills) => {
      const directory = await mkdtemp(join(tmpdir(), 'fusion-kit-random-'));
      const data = { directory, blobs: memoryBlobs(), play: echo };
      let home = await openHouse(data);
      try {
        const run = await startRun(home, graph(made, 2));
        for (const events of kills) {
          await reached(home, run.id, home.engine.head + events);
          await home.close();
          home = await openHouse(data);
        }
        const { event } = await runEnds(home.engine, run.id);
        inspect(await home.engine.events(0, 100_000, { runId: run.id }));
        const tasks = await tasksOf(home.engine, run.id);
        expect(tasks.every(({ state }) => isEnded(state))).toBe(true);
        expect(event.type).toBe(unhandled(tasks).length > 0 ? 'run.failed' : 'run.completed');
        const { hash, live } = await home.engine.replay(run.id);
        expect(hash).toBe(live);
      } finally {
        await home.close();
        await rm(directory, { recursive: true });
      }
    }),
    { numRuns: Number(process.env['RANDOM_WORKFLOWS'] ?? 15), endOnFailure: true },
  );
});
