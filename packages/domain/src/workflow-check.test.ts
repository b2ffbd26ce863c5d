import { describe, expect, test } from 'vitest';
import { NodeWork } from './node.ts';
import { checkWorkflow } from './workflow-check.ts';
import type { WorkflowDefinition, WorkflowNode } from './workflow.ts';

const node = (id: string, prompt: string, needs: string[] = [], more: Partial<WorkflowNode> = {}): WorkflowNode => ({
  id,
  title: id,
  work: NodeWork.parse({ kind: 'agent', prompt, outputs: ['summary'] }),
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
  expect(checkWorkflow(workflow(nodes))).toEqual({ problems: [], warnings: [], conflicts: [] });
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
      isExpression: false,
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
  expect(checkWorkflow(workflow(nodes, { team }))).toMatchObject({
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

const of = (
  id: string,
  work: Record<string, unknown>,
  needs: string[] = [],
  more: Partial<WorkflowNode> = {},
): WorkflowNode => node(id, 'x', needs, { work: NodeWork.parse(work), ...more });
const messages = (nodes: WorkflowNode[], more: Partial<WorkflowDefinition> = {}) =>
  refusals(workflow(nodes, more)).map(({ path, message }) => [path.join('.'), message]);
const items = (body: WorkflowNode[], more: Record<string, unknown> = {}) =>
  of('each', { kind: 'map', over: 'fromJson(nodes.list.outputs.summary)', ...more }, ['list'], { body });

describe('what lies inside a node', () => {
  test('speaks of its own scope first, then of those around it, and of what its kind gives', () => {
    const nodes = [
      node('list', 'x'),
      node('other', 'x'),
      items(
        [
          node('one', '${{ item.path }} ${{ index }} ${{ nodes.list.outputs.summary }} ${{ inputs.goal }}'),
          of('two', { kind: 'loop', max: 2, until: "nodes.try.state == 'completed' and iteration > 1" }, ['one'], {
            body: [node('try', '${{ iteration }} ${{ item }} ${{ nodes.one.outputs.summary }}')],
          }),
        ],
        { outputs: { all: '${{ nodes.one.outputs.summary }} ${{ item }} ${{ nodes.list.outputs.summary }}' } },
      ),
      node('end', '${{ nodes.each.outputs.all }} ${{ nodes.each.outputs.results }} ${{ nodes.each.state }}', ['each']),
    ];
    expect(messages(nodes, { outputs: { all: '${{ nodes.end.outputs.summary }}' } })).toEqual([]);
  });

  test.each([
    ['${{ nodes.other.outputs.summary }}', 'but each, which it is a part of, does not need it'],
    ['${{ nodes.each.outputs.results }}', 'each, which it is a part of'],
    ['${{ nodes.two.outputs.summary }}', 'uses an output of two but does not need it'],
    ['${{ nodes.lits.outputs.summary }}', 'lits, which does not exist (did you mean list?)'],
    ['${{ iteration }}', 'speaks of iteration, which there is only inside a loop'],
  ])('cannot say %s', (text, message) => {
    const body = [node('one', text), node('two', 'x')];
    expect(messages([node('list', 'x'), node('other', 'x'), items(body)])).toEqual([
      ['nodes.each.body.one.prompt', expect.stringContaining(message)],
    ]);
  });

  test('cannot be spoken of outside', () => {
    const nodes = [
      node('list', 'x'),
      items([node('one', 'x')]),
      node('end', '${{ nodes.one.outputs.summary }} ${{ item }}', ['each']),
    ];
    expect(messages(nodes).map(([, message]) => message)).toEqual([
      expect.stringContaining('one, which does not exist'),
      'node end speaks of item, which there is only inside a map',
    ]);
  });

  test('is a graph of its own', () => {
    expect(messages([node('list', 'x'), items([node('a', 'x', ['b']), node('b', 'x', ['a'])])])).toEqual([
      ['nodes.each.body.a.needs.0', expect.stringContaining('a → b → a')],
    ]);
    expect(messages([node('list', 'x'), items([node('a', 'x', ['list'])])])).toEqual([
      ['nodes.each.body.a.needs.0', 'node a needs list, which does not exist'],
    ]);
  });

  test('lies no deeper than is allowed', () => {
    let inner = [node('end', 'x')];
    for (let depth = 0; depth < 9; depth++) inner = [of('in', { kind: 'subworkflow' }, [], { body: inner })];
    expect(messages(inner).map(([, message]) => message)).toEqual([
      expect.stringContaining('bodies may lie 8 deep in one another'),
    ]);
    expect(refusals(workflow(inner))[0]?.remedy).toContain('further out');
  });
});

describe('a node is put together as its kind asks for', () => {
  const body = [node('in', 'x')];
  test.each<[string, WorkflowNode, string, string]>([
    ['a map without body', of('n', { kind: 'map', over: '[]' }), 'nodes.n', 'is of kind map and has no body'],
    ['an agent with one', node('n', 'x', [], { body }), 'nodes.n.body', 'is of kind agent, which has no body'],
    ['a sub-workflow of nothing', of('n', { kind: 'subworkflow' }), 'nodes.n', 'names no workflow and has no body'],
    [
      'a sub-workflow of both',
      of('n', { kind: 'subworkflow', workflow: 'other' }, [], { body }),
      'nodes.n.body',
      'one of them is too much',
    ],
    [
      'a body with inputs',
      of('n', { kind: 'subworkflow', inputs: { a: 'b' } }, [], { body }),
      'nodes.n.inputs',
      'has inputs, but names no workflow',
    ],
    [
      'an answer on timeout that is none',
      of('n', { kind: 'approval', message: 'x', onTimeout: 'aprove' }),
      'nodes.n.onTimeout',
      '(did you mean approve?)',
    ],
    [
      'two options of one name',
      of('n', {
        kind: 'approval',
        message: 'x',
        options: [
          { id: 'a', outcome: 'skip' },
          { id: 'a', outcome: 'fail' },
        ],
      }),
      'nodes.n.options.1',
      'has option a twice',
    ],
    [
      'boxes in many files',
      of('n', { kind: 'join', ticks: { file: 'specs/*/tasks.md', ids: ['T001'] } }),
      'nodes.n.ticks.file',
      'one file',
    ],
    [
      'a schema of no output',
      of('n', { kind: 'agent', prompt: 'x', outputs: ['a'], outputSchemas: { b: {} } }),
      'nodes.n.outputs.b',
      'which it does not declare',
    ],
    [
      'an expression that is broken',
      of('n', { kind: 'condition', if: '1 <' }),
      'nodes.n.if',
      'a value is missing before the end',
    ],
    ['a broken when', node('n', 'x', [], { when: 'inputs.gaol' }), 'nodes.n.when', '(did you mean goal?)'],
  ])('%s is refused', (_, one, path, message) => {
    expect(messages([one])).toEqual([[path, expect.stringContaining(message)]]);
  });

  test('what another workflow gives is not known here', () => {
    const nodes = [
      of('sub', { kind: 'subworkflow', workflow: 'other' }),
      node('n', '${{ nodes.sub.outputs.x }}', ['sub']),
    ];
    expect(messages(nodes)).toEqual([]);
    const own = [of('sub', { kind: 'subworkflow', workflow: 'other', outputs: { y: 'z' } }), nodes[1]!];
    expect(messages(own)).toEqual([
      ['nodes.n.prompt', expect.stringContaining('output x of sub, which does not declare it')],
    ]);
  });
});

describe('in a command', () => {
  const run = (text: string) => messages([of('n', { kind: 'command', run: text })]).map(([, message]) => message);
  test.each([
    'echo ${{ inputs.goal }}; npm test',
    'echo \'quoted\' "too" ${{ inputs.goal }}',
    '# it is\necho ${{ inputs.goal }} $(cat ${{ inputs.goal }})',
    'cat <<< ${{ inputs.goal }}',
    'echo a#b ${{ inputs.goal }}',
  ])('%j puts a value in safely', (text) => expect(run(text)).toEqual([]));

  test.each([
    ['echo "${{ inputs.goal }}"', 'inside quotes'],
    ["echo '${{ inputs.goal }}'", 'inside quotes'],
    ['echo `cat ${{ inputs.goal }}`', 'inside backquotes'],
    ['echo \\${{ inputs.goal }}', 'after a \\'],
    ['true # ${{ inputs.goal }}', 'in a comment'],
    ['cat <<END\n${{ inputs.goal }}\nEND', 'after a <<'],
  ])('%j would let a value be executed', (text, why) => expect(run(text)).toEqual([expect.stringContaining(why)]));
});

describe('a node that can never start', () => {
  const when = (id: string, accept: ('completed' | 'skipped' | 'failed')[]) => ({ id, accept });
  test('is refused', () => {
    const nodes = [
      node('a', 'x'),
      of('all', { kind: 'join' }, ['a']),
      node('b', 'x', [], { needs: [when('all', ['failed'])] }),
      node('c', 'x', ['b']),
    ];
    expect(messages(nodes)).toEqual([
      ['nodes.b.needs.0', 'node b can never start: it needs all to have failed, which cannot happen'],
    ]);
    const both = [
      of('if', { kind: 'condition', if: 'true' }),
      node('b', 'x', [], { needs: [when('if', ['completed']), when('if', ['skipped'])] }),
    ];
    expect(messages(both)).toEqual([['nodes.b.needs.0', expect.stringContaining('ended in two ways at once')]]);
  });

  test('is a warning when a person can change it', () => {
    const nodes = [node('a', 'x'), node('b', 'x', [], { needs: [when('a', ['skipped'])] })];
    expect(checkWorkflow(workflow(nodes))).toMatchObject({
      problems: [],
      warnings: ['node b needs a to have skipped, which happens only when a person skips it'],
    });
  });

  test('is none of those behind a decision', () => {
    const nodes = [
      of('if', { kind: 'condition', if: 'true' }),
      node('yes', 'x', ['if']),
      node('no', 'x', [], { needs: [when('if', ['skipped'])] }),
      node('instead', 'x', [], { needs: [when('yes', ['skipped'])] }),
      node('mend', 'x', [], { needs: [when('no', ['failed'])] }),
    ];
    expect(checkWorkflow(workflow(nodes))).toMatchObject({ problems: [], warnings: [] });
  });
});

test('wishes that nobody of the team meets are warnings', () => {
  const wanting = (id: string, wants: object, requires: string[] = []) =>
    of(id, { kind: 'agent', prompt: 'x', wants }, [], { requires });
  const nodes = [
    wanting('a', { model: 'm/2' }),
    wanting('b', { runtime: 'model-loop', provider: 'any' }, ['code']),
    wanting('c', { model: 'm/1' }, ['review']),
    of('d', { kind: 'command', run: 'x' }, [], { requires: ['code'] }),
    of('e', { kind: 'join' }, [], { requires: ['paint'] }),
  ];
  const team = [
    { ...agent('ada', 'code'), model: 'm/1' },
    { ...agent('bob', 'review'), model: 'm/3' },
  ];
  expect(checkWorkflow(workflow(nodes, { team })).warnings).toEqual([
    'node a wants model m/2, and no agent of the team is like that',
    'node c requires review and wants model m/1, and no agent of the team has all of that',
    'node d requires code, which no agent of the team can do',
  ]);
});

describe('nodes that may write the same files at the same time', () => {
  const writing = (id: string, writes: string[], needs: string[] = [], more: Partial<WorkflowNode> = {}) =>
    of(id, { kind: 'agent', prompt: 'x', writes }, needs, more);
  const conflicts = (nodes: WorkflowNode[]) => checkWorkflow(workflow(nodes)).conflicts;

  test('are named, and warned of', () => {
    const nodes = [
      writing('a', ['src/**']),
      writing('b', ['src/b.ts'], ['a']),
      writing('c', ['src/b.ts', 'docs'], ['a']),
    ];
    expect(checkWorkflow(workflow(nodes))).toEqual({
      problems: [],
      warnings: [
        'nodes b and c may run at the same time and both may write src/b.ts: let one need the other, or narrow what they write',
      ],
      conflicts: [{ nodes: ['b', 'c'], path: 'src/b.ts' }],
    });
    expect(conflicts([writing('a', ['*.ts']), of('b', { kind: 'command', run: 'x', writes: ['{a,b}.ts'] })])).toEqual([
      { nodes: ['a', 'b'], path: '*.ts and {a,b}.ts' },
    ]);
  });

  test('are found across bodies', () => {
    const body = [writing('in', ['src'])];
    const nodes = [writing('a', ['src/a.ts']), of('sub', { kind: 'subworkflow' }, [], { body })];
    expect(conflicts(nodes)).toEqual([{ nodes: ['sub/in', 'a'], path: 'src and src/a.ts' }]);
    expect(conflicts([nodes[0]!, { ...nodes[1]!, needs: [{ id: 'a', accept: ['completed'] }] }])).toEqual([]);
  });

  test('are not two sides of a decision', () => {
    const needs = (accept: 'completed' | 'skipped') => [{ id: 'if', accept: [accept] }];
    const nodes = [
      of('if', { kind: 'condition', if: 'true' }),
      writing('yes', ['src'], [], { needs: needs('completed') }),
      writing('after', ['src'], ['yes']),
      writing('no', ['src'], [], { needs: needs('skipped') }),
    ];
    expect(conflicts(nodes)).toEqual([]);
  });

  test('are at most twenty', () => {
    expect(conflicts(Array.from({ length: 500 }, (_, at) => writing(`n${at}`, ['src'])))).toHaveLength(20);
  });
});

test('a hundred thousand nodes are checked, with what they need and say of each other', () => {
  const nodes = Array.from({ length: 100_000 }, (_, at) => {
    const needs = at < 100 ? [] : [`n${at - 100}`, `n${at - 101 < 0 ? 0 : at - 101}`];
    return node(`n${at}`, at < 100 ? 'x' : `\${{ nodes.n${at % 100}.outputs.summary }}`, needs);
  });
  expect(refusals(workflow(nodes))).toEqual([]);
  const wrong = nodes.map((one) => ({
    ...one,
    work: { ...one.work, prompt: '${{ nodes.n99999.outputs.summary }}' } as NodeWork,
  }));
  expect(refusals(workflow(wrong))).toHaveLength(20);
});
