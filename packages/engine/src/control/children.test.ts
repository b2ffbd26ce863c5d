import { World } from '@fusion-kit/domain/world';
import { NodeWork } from '@fusion-kit/domain/node';
import type { NewId } from '@fusion-kit/domain/ids';
import type { Task } from '@fusion-kit/domain/task';
import { NODES_MAX, type WorkflowNode } from '@fusion-kit/domain/workflow';
import { SAMPLE, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { expect, it } from 'vitest';
import { childSpecs, prefixOf, requireRoom } from './children.ts';

const world = new World();
world.apply({ seq: 1, at: 1, event: SAMPLE['task.created'] });
const row = world.get('tasks', sampleTaskSpec.id)!;
const parent = (work: object, change: Partial<Task> = {}): Task => ({ ...row, work: NodeWork.parse(work), ...change });
const map = parent({ kind: 'map', over: '[]' });

it('a run has as many tasks as it may have, and no more', () => {
  expect(() => requireRoom(world, map, NODES_MAX - 1)).not.toThrow();
  expect(() => requireRoom(world, map, NODES_MAX)).toThrow(/from 1 to 100001 tasks, more than the 100000/);
});

it('names what runs inside a task after it, while there is room for the name', () => {
  expect(prefixOf(map, 2)).toBe('build[2]/');
  expect(prefixOf(parent({ kind: 'loop', max: 3 }), 3)).toBe('build#3/');
  expect(prefixOf(parent({ kind: 'subworkflow' }), 1)).toBe('build/');
  expect(prefixOf({ ...map, node: 'x'.repeat(596) }, 2)).toHaveLength(600);
  expect(() => prefixOf({ ...map, node: 'x'.repeat(597) }, 2)).toThrow(/longer than the 600 characters/);
});

it('gives priority and affinity of the task around to what has none of its own', () => {
  const node = (id: string, change: Partial<WorkflowNode>): WorkflowNode => {
    const { title, work, requires, retry, timeoutMs } = sampleTaskSpec;
    return { id, title, work, requires, retry, timeoutMs, needs: [], priority: 5, ...change };
  };
  let made = 10;
  const newId = ((prefix: 'tsk') => sampleId(prefix, (made += 1))) as NewId;
  const scope = { parent: row.id, index: 1, prefix: 'build[1]/', values: {} };
  const body = [
    node('a', {}),
    node('b', { priority: 1, affinity: 'own', needs: [{ id: 'a', accept: ['completed'] }] }),
  ];
  const [a, b] = childSpecs({ ...map, priority: 8, affinity: 'story' }, body, scope, newId);
  expect(a).toMatchObject({ node: 'build[1]/a', priority: 8, affinity: 'story', unblocks: 1, scope });
  expect(b).toMatchObject({ priority: 1, affinity: 'own', needs: [{ id: a?.id }], runId: row.runId });
});
