import { expect, test } from 'vitest';
import { AgentWork } from './nodes/agent.ts';
import { checkWorkflow } from './workflow-check.ts';
import type { WorkflowDefinition, WorkflowNode } from './workflow.ts';

const node = (id: string, prompt: string, needs: string[] = [], more: Partial<WorkflowNode> = {}): WorkflowNode => ({
  id,
  title: id,
  work: AgentWork.parse({ kind: 'agent', prompt, outputs: ['summary'] }),
  needs: needs.map((need) => ({ id: need, accept: ['completed'] })),
  requires: [],
  priority: 5,
  retry: { limit: 1, backoffMs: 2_000 },
  timeoutMs: 60_000,
  ...more,
});
const workflow = (nodes: WorkflowNode[], more: Partial<WorkflowDefinition> = {}): WorkflowDefinition => ({
  name: 'test',
  inputs: { goal: {} },
  team: [],
  setup: [],
  check: [],
  budget: {},
  nodes,
  ...more,
});
const agent = (name: string, ...capabilities: string[]) => ({
  name,
  runtime: 'model-loop',
  capabilities,
  subscriptions: [],
  budget: {},
});
const refusals = (definition: WorkflowDefinition) => checkWorkflow(definition).problems;

test('inputs, and outputs of nodes needed through others, may be used', () => {
  const nodes = [
    node('plan', '${{ inputs.goal }}'),
    node('build', 'x', ['plan']),
    node('review', '${{ nodes.plan.outputs.summary }}', ['build']),
  ];
  expect(checkWorkflow(workflow(nodes))).toEqual({ problems: [], warnings: [] });
});

test.each([
  ['${{ inputs.gaol }}', 'input gaol, which is not declared (did you mean goal?)'],
  ['${{ nodes.plam.outputs.summary }}', 'plam, which does not exist (did you mean plan?)'],
  ['${{ nodes.other.outputs.summary }}', 'other but does not need it'],
  ['${{ nodes.build.outputs.summary }}', 'build but does not need it'],
  ['${{ nodes.plan.outputs.sumary }}', 'does not declare it (did you mean summary?)'],
  ['${{ env.HOME }}', 'env is nothing to speak of'],
])('%s is refused at its place', (expression, message) => {
  const nodes = [node('plan', 'x'), node('other', 'x'), node('build', `Do ${expression}`, ['plan'])];
  expect(refusals(workflow(nodes))).toEqual([
    {
      code: 'expression_invalid',
      message: expect.stringContaining(message),
      path: ['nodes', 'build', 'prompt'],
      offset: 7,
      text: `Do ${expression}`,
    },
  ]);
});

test('an unknown need and a cycle are placed at the need', () => {
  expect(refusals(workflow([node('a', 'x'), node('b', 'x', ['a', 'lost'])]))).toMatchObject([
    { code: 'workflow_needs_unknown', path: ['nodes', 'b', 'needs', 1] },
  ]);
  expect(refusals(workflow([node('a', 'x', ['b']), node('b', 'x', ['a'])]))).toMatchObject([
    { code: 'workflow_cycle', path: ['nodes', 'a', 'needs', 0] },
  ]);
});

test('two agents of one name are refused', () => {
  const team = [agent('ada'), agent('bob'), agent('ada')];
  expect(refusals(workflow([node('a', 'x')], { team }))).toMatchObject([
    { code: 'workflow_invalid', path: ['team', 2, 'name'] },
  ]);
});

test('what nobody of the team can do is a warning, once for each set of skills', () => {
  const requires = ['code', 'review'];
  const nodes = [node('a', 'x', [], { requires }), node('b', 'x', [], { requires }), node('c', 'x')];
  const team = [agent('ada', 'code'), agent('bob', 'review')];
  expect(checkWorkflow(workflow(nodes, { team }))).toEqual({
    problems: [],
    warnings: ['node a requires code, review, which no agent of the team can do'],
  });
  expect(checkWorkflow(workflow(nodes, { team: [agent('eve', 'review', 'code')] })).warnings).toEqual([]);
});

test('no more than twenty problems are named', () => {
  const nodes = Array.from({ length: 30 }, (_, at) => node(`n${at}`, '${{ inputs.x }} ${{ inputs.y }}', [`lost${at}`]));
  expect(refusals(workflow(nodes))).toHaveLength(20);
});

test('a part that no event has room for is named', () => {
  const long = workflow([node('plan', '"'.repeat(7_000)), node('build', 'x'.repeat(10_000))], {
    team: [{ ...agent('ada'), instructions: '\n'.repeat(7_000) }],
    check: ['true', 'x'.repeat(7_000)],
  });
  expect(refusals(long).map(({ code, path }) => [code, path])).toEqual([
    ['workflow_too_large', ['check']],
    ['workflow_too_large', ['team', 0]],
    ['workflow_too_large', ['nodes', 'plan']],
  ]);
});
