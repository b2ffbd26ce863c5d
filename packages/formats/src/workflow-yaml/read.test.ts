import { Failure, FusionError } from '@fusion-kit/domain/errors';
import { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { describe, expect, test } from 'vitest';
import { readWorkflow } from './read.ts';

const PRICE_LIST = `# a comment
name: price-list
description: Two halves and a review
inputs:
  goal: { description: What to build, default: a price list }
  language: English
  audience: { description: Who reads it }
team:
  - name: ada
    model: some/model
    capabilities: [plan, code]
    subscriptions: [plan.>]
    instructions: Be brief.
    budget: { tokens: 200000, costUsd: 2 }
  - { name: bob, runtime: command, provider: scripted, capabilities: [code], count: 2 }
setup: npm ci
check: [npm test, npm run lint]
budget: { costUsd: 5 }
nodes:
  plan:
    title: Make a plan
    prompt: |
      Plan \${{ inputs.goal }}
      in \${{ inputs.language }}.
    requires: [plan]
    outputs: [summary]
    priority: 9
  build:
    kind: agent
    prompt: Build \${{ nodes.plan.outputs.summary }}
    needs: [plan]
    verify: node --test
    expectsChanges: true
    maxSteps: 20
    retries: { limit: 2, backoff: 500ms }
    timeout: 2h
  review:
    prompt: "Review \${{ nodes.plan.outputs.summary }}"
    needs: [{ id: build, accept: [completed, skipped] }, plan]
    verify: [node --test, node review.js]
    retries: 0
`;

const refusal = (text: string): FusionError => {
  try {
    readWorkflow(text, 'a.yaml');
  } catch (error) {
    if (error instanceof FusionError) return error;
    throw error;
  }
  throw new Error('the file was read');
};
const withNode = (node: string) => `name: x\nnodes:\n  plan:\n    prompt: p\n    outputs: [summary]\n${node}`;

describe('a correct file', () => {
  test('that names a program for an agent means it to be spoken to by the protocol, unless it says otherwise', () => {
    const { definition } = readWorkflow(
      'name: x\nteam: [{ name: a, program: codex }, { name: b, program: codex, runtime: command }]\nnodes: { one: { prompt: go } }\n',
      'a.yaml',
    );
    expect(definition?.team.map(({ runtime }) => runtime)).toEqual(['acp', 'command']);
  });

  test('is read with its defaults filled in', () => {
    const { definition, warnings } = readWorkflow(PRICE_LIST, 'a.yaml');
    expect(warnings).toEqual([]);
    const bob = { runtime: 'command', provider: 'scripted', capabilities: ['code'], subscriptions: [], budget: {} };
    const work = { kind: 'agent', outputs: [], verify: [], expectsChanges: false, maxSteps: 50 };
    const node = { requires: [], priority: 5, retry: { limit: 1, backoffMs: 2_000 }, timeoutMs: 1_800_000 };
    expect(definition).toEqual({
      name: 'price-list',
      description: 'Two halves and a review',
      inputs: {
        goal: { description: 'What to build', default: 'a price list' },
        language: { default: 'English' },
        audience: { description: 'Who reads it' },
      },
      team: [
        {
          name: 'ada',
          runtime: 'model-loop',
          model: 'some/model',
          capabilities: ['plan', 'code'],
          subscriptions: ['plan.>'],
          instructions: 'Be brief.',
          budget: { tokens: 200_000, costUsd: 2 },
        },
        { ...bob, name: 'bob-1' },
        { ...bob, name: 'bob-2' },
      ],
      setup: ['npm ci'],
      check: ['npm test', 'npm run lint'],
      budget: { costUsd: 5 },
      nodes: [
        {
          ...node,
          id: 'plan',
          title: 'Make a plan',
          work: { ...work, prompt: 'Plan ${{ inputs.goal }}\nin ${{ inputs.language }}.\n', outputs: ['summary'] },
          needs: [],
          requires: ['plan'],
          priority: 9,
        },
        {
          ...node,
          id: 'build',
          title: 'build',
          work: {
            ...work,
            prompt: 'Build ${{ nodes.plan.outputs.summary }}',
            verify: ['node --test'],
            expectsChanges: true,
            maxSteps: 20,
          },
          needs: [{ id: 'plan', accept: ['completed'] }],
          retry: { limit: 2, backoffMs: 500 },
          timeoutMs: 7_200_000,
        },
        {
          ...node,
          id: 'review',
          title: 'review',
          work: {
            ...work,
            prompt: 'Review ${{ nodes.plan.outputs.summary }}',
            verify: ['node --test', 'node review.js'],
          },
          needs: [
            { id: 'build', accept: ['completed', 'skipped'] },
            { id: 'plan', accept: ['completed'] },
          ],
          retry: { limit: 0, backoffMs: 2_000 },
        },
      ],
    });
    expect(WorkflowDefinition.parse(definition)).toEqual(definition);
  });

  test('may be JSON', () => {
    const file = { name: 'x', nodes: { a: { prompt: 'p' }, b: { prompt: 'q', needs: ['a'], retries: 3 } } };
    const { definition } = readWorkflow(JSON.stringify(file, null, '\t'), 'a.json');
    expect(definition.nodes.map(({ id, retry }) => [id, retry.limit])).toEqual([
      ['a', 1],
      ['b', 3],
    ]);
  });

  test('may repeat itself by aliases', () => {
    const { definition } = readWorkflow('name: x\nnodes:\n  a: &same { prompt: p }\n  b: *same\n', 'a.yaml');
    expect(definition.nodes[1]).toMatchObject({ id: 'b', title: 'b', work: { prompt: 'p' } });
  });

  test('warns of work that nobody in its team can do', () => {
    const { warnings } = readWorkflow(withNode('    requires: [paint]\n'), 'a.yaml');
    expect(warnings).toEqual(['node plan requires paint, which no agent of the team can do']);
  });
});

describe('a node', () => {
  const nodeOf = (text: string) => {
    const { definition } = readWorkflow(`name: x\ninputs: { a: x }\nnodes:\n  n: ${text}\n`, 'a.yaml');
    return definition.nodes[0]!;
  };

  test.each([
    ['{ prompt: p }', 'agent', 1_800_000, 1],
    ['{ run: r }', 'command', 1_800_000, 1],
    ['{ message: m }', 'approval', 604_800_000, 0],
    ['{ if: true }', 'condition', 604_800_000, 0],
    ['{ kind: join }', 'join', 1_800_000, 1],
    ['{ over: [], body: { b: { run: r } } }', 'map', 604_800_000, 0],
    ['{ max: 2, body: { b: { run: r } } }', 'loop', 604_800_000, 0],
    ['{ workflow: other }', 'subworkflow', 604_800_000, 0],
    ['{ body: { b: { run: r } } }', 'subworkflow', 604_800_000, 0],
  ])('%s is of kind %s', (text, kind, timeoutMs, limit) => {
    expect(nodeOf(text)).toMatchObject({ work: { kind }, timeoutMs, retry: { limit } });
  });

  test('may have its expressions with or without braces, its lists and outputs in short', () => {
    expect(nodeOf("{ if: '${{ inputs.a }}' }").work).toEqual({ kind: 'condition', if: 'inputs.a' });
    expect(nodeOf('{ if: inputs.a }').work).toEqual({ kind: 'condition', if: 'inputs.a' });
    expect(nodeOf(`{ over: [1, "it's", true], body: { b: { run: r } } }`).work).toMatchObject({
      over: String.raw`[1, 'it\'s', true]`,
    });
    expect(nodeOf('{ prompt: p, outputs: { a: , b: true, c: {}, d: { type: array } } }').work).toMatchObject({
      outputs: ['a', 'b', 'c', 'd'],
      outputSchemas: { c: {}, d: { type: 'array' } },
    });
    expect(nodeOf('{ message: m, options: [go, reject, { id: skip, label: Later }] }').work).toMatchObject({
      options: [
        { id: 'go', outcome: 'complete' },
        { id: 'reject', outcome: 'fail' },
        { id: 'skip', label: 'Later', outcome: 'skip' },
      ],
    });
  });
});

describe('a wrong file is refused with line and column', () => {
  test.each([
    ['a broken flow list', 'name: x\nnodes:\n  a: { prompt: [p }\n', 'workflow_syntax', 3, 19],
    ['a tab as indent', 'name: x\nnodes:\n\ta: p\n', 'workflow_syntax', 3, 1],
    ['broken JSON', '{ "name": "x",\n  "nodes" {} }', 'workflow_syntax', 2, 11],
    ['a key given twice', withNode('  plan: { prompt: q }\n'), 'workflow_syntax', 6, 3],
    ['a key that objects cannot hold', withNode('  __proto__: { prompt: q }\n'), 'workflow_syntax', 6, 3],
    ['two documents', 'name: x\n---\nname: y\n', 'workflow_syntax', 2, 1],
    ['an unknown alias', 'name: *x\n', 'workflow_syntax', 1, 7],
    ['nothing', '', 'workflow_invalid', 1, 1],
    ['a list', '- a\n', 'workflow_invalid', 1, 1],
    ['a node without a prompt', 'name: x\nnodes:\n  a:\n    title: t\n', 'workflow_invalid', 3, 3],
    ['a node id with a space', withNode('  second plan: { prompt: q }\n'), 'workflow_invalid', 6, 3],
    ['no nodes', 'name: x\nnodes: {}\n', 'workflow_invalid', 2, 8],
    ['an unknown key', withNode('    promt: q\n'), 'workflow_invalid', 6, 5],
    ['a wrong type', withNode('    priority: high\n'), 'workflow_invalid', 6, 15],
    ['a number where a text is meant', withNode('    title: 4.10\n'), 'workflow_invalid', 6, 12],
    ['a duration without unit', withNode('    timeout: "30"\n'), 'workflow_invalid', 6, 14],
    ['a duration beyond any timer', withNode('    timeout: 1000h\n'), 'workflow_invalid', 6, 14],
    [
      'an unknown end of a need',
      withNode('  b: { prompt: q, needs: [{ id: plan, accept: [done] }] }\n'),
      'workflow_invalid',
      6,
      48,
    ],
    ['an unknown kind', withNode('  b: { kind: agnt, prompt: q }\n'), 'workflow_invalid', 6, 14],
    ['an unknown need', withNode('  b: { prompt: q, needs: [plan, plam] }\n'), 'workflow_needs_unknown', 6, 33],
    [
      'a cycle',
      withNode('  b: { prompt: q, needs: [c] }\n  c: { prompt: q, needs: [plan, b] }\n'),
      'workflow_cycle',
      6,
      27,
    ],
    [
      'a colliding team',
      `team: [{ name: a, count: 2 }, { name: b }, { name: a-2 }]\n${withNode('')}`,
      'workflow_invalid',
      1,
      52,
    ],
    [
      'an expression in a block',
      withNode('  b:\n    prompt: |\n      one $${{ x }}\n      two ${{ inputs.goal }}\n'),
      'expression_invalid',
      9,
      15,
    ],
    [
      'an expression in quotes',
      withNode('  b: { prompt: "a ${{ nodes.plan.outputs.summary }}" }\n'),
      'expression_invalid',
      6,
      23,
    ],
    ['a broken condition', withNode('  b: { if: "1 <" }\n'), 'expression_invalid', 6, 16],
    [
      'an unknown function, in braces and a block',
      withNode('  b:\n    if: >\n      ${{ lenght(inputs.x) > 1 }}\n'),
      'expression_invalid',
      8,
      11,
    ],
    [
      'a wrong key in a body',
      withNode('  b:\n    over: [1]\n    body:\n      c: { promt: x }\n'),
      'workflow_invalid',
      9,
      7,
    ],
    [
      'a wrong name in a body',
      withNode('  b:\n    max: 2\n    body:\n      c: { prompt: "${{ item }}" }\n'),
      'expression_invalid',
      9,
      25,
    ],
    ['a map without a body', withNode('  b: { over: [1] }\n'), 'workflow_invalid', 6, 3],
    [
      'a cycle in a body',
      withNode('  b:\n    body:\n      c: { run: x, needs: [d] }\n      d: { run: x, needs: [c] }\n'),
      'workflow_cycle',
      8,
      28,
    ],
    ['a broken env', withNode('  b:\n    run: x\n    env:\n      A: ${{ nodes.x }}\n'), 'expression_invalid', 9, 22],
    ['quotes around a value', withNode('  b: { run: \'echo "${{ inputs.x }}"\' }\n'), 'expression_invalid', 6, 20],
    ['an unknown answer', withNode('  b: { message: m, onTimeout: aprove }\n'), 'workflow_invalid', 6, 31],
    ['an expression that is not closed', withNode('  b: { prompt: "a ${{ inputs" }\n'), 'expression_invalid', 6, 19],
  ])('%s', (_, text, code, line, column) => {
    const error = refusal(text);
    expect([error.code, error.details?.['line'], error.details?.['column'], error.message]).toEqual([
      code,
      line,
      column,
      expect.stringContaining(`a.yaml:${line}:${column}: `),
    ]);
  });

  test.each([
    [withNode('    promt: q\n'), 'nodes.plan: unknown key promt (did you mean prompt?)'],
    ['name: x\nnods: {}\n', 'unknown key nods (did you mean nodes?)'],
    ['name: x\nnodes:\n  a:\n    title: t\n', 'nodes.a.prompt is missing'],
    [withNode('    title: 4.10\n'), 'nodes.plan.title must be a text, not 4.1: put it in quotes'],
    [withNode('  b: { kind: agnt, prompt: q }\n'), '(did you mean agent?)'],
    [withNode('  b: { prompt: q, needs: [c] }\n  c: { prompt: q, needs: [b] }\n'), 'b → c → b'],
    [withNode('  b: { prompt: q, needs: [plam] }\n'), 'node b needs plam, which does not exist (did you mean plan?)'],
    [withNode('    retries: [1]\n'), 'nodes.plan.retries must be a number or a group of keys'],
    [withNode('    retries: { limit: 1, backoff: 5 }\n'), 'nodes.plan.retries.backoff must be a text, not 5'],
  ])('%j says what to change', (text, message) => {
    expect(refusal(text).message).toContain(message);
  });

  test('all problems are told at once, in file order, but at most twenty', () => {
    const error = refusal('name: 1\nnodes:\n  a: { prompt: 2 }\n  b: { promt: x }\n');
    expect(error.message.split('\n').map((one) => one.split(': ')[0])).toEqual([
      'a.yaml:1:7',
      'a.yaml:3:16',
      'a.yaml:4:3',
      'a.yaml:4:8',
    ]);
    expect(error.details).toMatchObject({ file: 'a.yaml', line: 1, column: 7, problems: { length: 4 } });
    expect(Failure.array().parse(error.details?.['problems'])[2]).toMatchObject({
      code: 'workflow_invalid',
      message: 'a.yaml:4:3: nodes.b.prompt is missing',
      details: { file: 'a.yaml', line: 4, column: 3 },
    });
    const many = Array.from({ length: 50 }, (_, at) => `  n${at}: { prompt: 1 }`).join('\n');
    expect(refusal(`name: x\nnodes:\n${many}\n`).details).toMatchObject({ problems: { length: 20 } });
  });
});
