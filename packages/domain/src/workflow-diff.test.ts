import { expect, test } from 'vitest';
import { NodeWork } from './node.ts';
import type { Accept } from './task.ts';
import { diffWorkflows } from './workflow-diff.ts';
import type { WorkflowDefinition, WorkflowNode } from './workflow.ts';

const node = (
  id: string,
  prompt: string,
  needs: [string, ...Accept[]][] = [],
  more: Partial<WorkflowNode> = {},
): WorkflowNode => ({
  id,
  title: id,
  work: NodeWork.parse({ kind: 'agent', prompt }),
  needs: needs.map(([need, ...accept]) => ({ id: need, accept: accept.length > 0 ? accept : ['completed'] })),
  requires: [],
  priority: 5,
  retry: { limit: 1, backoffMs: 2_000 },
  timeoutMs: 60_000,
  ...more,
});
const workflow = (nodes: WorkflowNode[], more: Partial<WorkflowDefinition> = {}): WorkflowDefinition => ({
  name: 'test',
  inputs: {},
  team: [],
  setup: [],
  check: [],
  budget: {},
  nodes,
  ...more,
});
const NOTHING = { changed: [], nodes: { added: [], removed: [], changed: [] }, edges: { added: [], removed: [] } };
const sub = (body: WorkflowNode[]) => node('sub', 'x', [], { work: NodeWork.parse({ kind: 'subworkflow' }), body });

test('a definition and itself in another order are the same', () => {
  const nodes = [node('a', 'x'), node('b', 'y', [['a']])];
  expect(diffWorkflows(workflow(nodes), workflow(nodes.toReversed()))).toEqual(NOTHING);
});

test('nodes that came, went and changed are named, and what of them changed', () => {
  const before = workflow([node('a', 'x'), node('b', 'y', [['a']], { affinity: 'one' }), node('c', 'z', [['a']])]);
  const after = workflow([node('a', 'x'), node('b', 'why', [['a']], { priority: 7 }), node('d', 'z', [['b']])]);
  expect(diffWorkflows(before, after)).toEqual({
    changed: [],
    nodes: {
      added: ['d'],
      removed: ['c'],
      changed: [
        {
          id: 'b',
          changes: [
            { key: 'work.prompt', from: '"y"', to: '"why"' },
            { key: 'priority', from: '5', to: '7' },
            { key: 'affinity', from: '"one"' },
          ],
        },
      ],
    },
    edges: { added: [{ from: 'b', to: 'd' }], removed: [{ from: 'a', to: 'c' }] },
  });
});

test('what is accepted is a change of the node, not of the edge', () => {
  const before = workflow([node('a', 'x'), node('b', 'y', [['a']])]);
  const after = workflow([node('a', 'x'), node('b', 'y', [['a', 'failed']])]);
  expect(diffWorkflows(before, after)).toEqual({
    ...NOTHING,
    nodes: { ...NOTHING.nodes, changed: [{ id: 'b', changes: [{ key: 'accepts of a', to: '["failed"]' }] }] },
  });
});

test('changes inside a body are those of the nodes there', () => {
  const before = workflow([sub([node('in', 'x'), node('out', 'x')])]);
  const after = workflow([sub([node('in', 'y'), node('out', 'x', [['in']])])]);
  expect(diffWorkflows(before, after)).toEqual({
    ...NOTHING,
    nodes: {
      ...NOTHING.nodes,
      changed: [{ id: 'sub/in', changes: [{ key: 'work.prompt', from: '"x"', to: '"y"' }] }],
    },
    edges: { added: [{ from: 'sub/in', to: 'sub/out' }], removed: [] },
  });
});

test('keys of the workflow are told, long texts from where they differ', () => {
  const long = 'a'.repeat(1_000);
  const before = workflow([node('a', `${long}b${long}`)], { description: 'one', budget: { tokens: 1 } });
  const after = workflow([node('a', `${long}c${long}`)], { budget: { tokens: 2 }, check: ['npm test'] });
  const { changed, nodes } = diffWorkflows(before, after);
  expect(changed).toEqual([
    { key: 'check', from: '[]', to: '["npm test"]' },
    { key: 'budget.tokens', from: '1', to: '2' },
    { key: 'description', from: '"one"' },
  ]);
  const shown = nodes.changed[0]!.changes[0]!;
  expect([shown.from, shown.to].map((text) => text?.length)).toEqual([202, 202]);
  expect([shown.from!.includes('ab'), shown.to!.includes('ac')]).toEqual([true, true]);
});
