import type { NodeWork } from '@fusion-kit/domain/node';
import type { Run } from '@fusion-kit/domain/run';
import type { Task, TaskSpec } from '@fusion-kit/domain/task';
import type { PlannedNode } from './plan.ts';
import { PROJECT } from './town.ts';

const WORK: { [Kind in NodeWork['kind']]: Extract<NodeWork, { kind: Kind }> } = {
  agent: { kind: 'agent', prompt: 'Do it.', outputs: [], verify: [], expectsChanges: false, maxSteps: 10 },
  command: { kind: 'command', run: 'true', exitCodes: [0], verify: [], expectsChanges: false },
  condition: { kind: 'condition', if: 'true' },
  join: { kind: 'join', verify: [] },
  approval: {
    kind: 'approval',
    message: 'Well?',
    options: [
      { id: 'yes', outcome: 'complete' },
      { id: 'skip', outcome: 'skip' },
      { id: 'no', outcome: 'fail' },
      { id: 'stop', outcome: 'cancel_run' },
    ],
  },
  map: { kind: 'map', over: 'inputs.list', width: 2, tolerant: false, outputs: {} },
  loop: { kind: 'loop', max: 2, atMax: 'complete', outputs: {} },
  subworkflow: { kind: 'subworkflow', inputs: {}, outputs: {} },
};

/** A planned node as a task of a run. Needs name nodes before it, by number. */
export function specOf(
  { kind, needs, when, retries, picky }: PlannedNode,
  { runId, at, ids }: { runId: Run['id']; at: number; ids: readonly Task['id'][] },
): TaskSpec {
  const earlier = needs.flatMap(({ node, accept }) => {
    const id = ids[node % Math.max(at, 1)];
    return at === 0 || !id ? [] : [{ id, accept: [...accept] }];
  });
  const [id = PROJECT as unknown as Task['id']] = ids.slice(at);
  return {
    id,
    projectId: PROJECT,
    runId,
    node: `n${at}`,
    title: `Do n${at}`,
    work: WORK[kind],
    priority: 5,
    requires: picky && kind === 'agent' ? ['code'] : [],
    needs: [...new Map(earlier.map((need) => [need.id, need])).values()],
    unblocks: 0,
    retry: { limit: retries, backoffMs: 100 },
    timeoutMs: 60_000,
    ...(when && { when: 'true' }),
  };
}

const BODIES = [
  ['agent', 'agent'],
  ['command', 'agent'],
  ['condition', 'agent'],
] as const;

/** Two tasks inside another, one after the other. */
export function childrenOf(parent: Task, index: number, ids: readonly Task['id'][], choice: number): TaskSpec[] {
  const prefix = `${parent.node}[${index}]/`;
  return (BODIES[choice % BODIES.length] ?? BODIES[0]).map((kind, at) => {
    const planned: PlannedNode = { kind, needs: [{ node: 0, accept: ['completed', 'skipped'] }], when: false, retries: 1, picky: false }; // prettier-ignore
    const scope = { parent: parent.id, index, prefix, values: {} };
    return { ...specOf(planned, { runId: parent.runId, at, ids }), node: `${prefix}n${at}`, scope };
  });
}
