import { readFileSync } from 'node:fs';
import { evaluate, isTrue } from '@fusion-kit/domain/expression/evaluate';
import { fill } from '@fusion-kit/domain/expression/template';
import { checkWorkflow } from '@fusion-kit/domain/workflow-check';
import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import { describe, expect, it } from 'vitest';
import { readSpecKitWorkflow } from './read.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../test/spec-kit-workflow/${name}`, import.meta.url), 'utf8');
const FILE = '.specify/workflows/w/workflow.yml';
const read = (text: string) => readSpecKitWorkflow(text, { file: FILE });

function nodeIn(nodes: readonly WorkflowNode[], ...ids: string[]): WorkflowNode {
  const [id, ...rest] = ids;
  const found = nodes.find((node) => node.id === id);
  if (!found) throw new Error(`there is no ${id} in ${nodes.map((node) => node.id).join(' ')}`);
  return rest.length === 0 ? found : nodeIn(found.body ?? [], ...rest);
}

describe('the cycle that Spec Kit ships', () => {
  const { definition, warnings } = read(fixture('shipped-cycle.yml'));
  it('is a chain of commands and gates', () => {
    expect(definition.nodes.map(({ id, work, needs }) => [id, work.kind, needs.map((need) => need.id)])).toEqual([
      ['specify', 'agent', []],
      ['review-spec', 'approval', ['specify']],
      ['plan', 'agent', ['review-spec']],
      ['review-plan', 'approval', ['plan']],
      ['tasks', 'agent', ['review-plan']],
      ['implement', 'agent', ['tasks']],
    ]);
    expect(checkWorkflow(definition).problems).toEqual([]);
  });
  it('gives each agent the command and its arguments', () => {
    expect(nodeIn(definition.nodes, 'implement').work).toMatchObject({
      prompt: expect.stringContaining("${{ default(inputs.spec, '') }} in ${{ default(inputs.scope, '') }}") as string,
    });
    expect(nodeIn(definition.nodes, 'implement').work).toMatchObject({
      prompt: expect.stringContaining('/speckit.implement') as string,
    });
  });
  it('cancels the run when a gate is refused', () => {
    expect(nodeIn(definition.nodes, 'review-plan').work).toMatchObject({
      options: [
        { id: 'approve', outcome: 'complete' },
        { id: 'reject', outcome: 'cancel_run' },
      ],
    });
  });
  it('has its inputs and an agent', () => {
    expect(definition.inputs).toEqual({
      spec: { description: 'What is to be built' },
      integration: { default: 'auto' },
      scope: { description: 'one of full, backend-only', default: 'full' },
    });
    expect(definition.team).toHaveLength(1);
    expect(warnings.join()).toContain('workflow.yml:2:1: integrations are other programs');
  });
});

describe('a workflow with every step', () => {
  const { definition } = read(fixture('every-step.yml'));
  const node = (...ids: string[]) => nodeIn(definition.nodes, ...ids);
  it('can run', () => {
    expect(checkWorkflow(definition).problems).toEqual([]);
  });
  it('makes a project by a command whose flags the inputs decide', () => {
    expect(node('start').work).toMatchObject({
      run: 'specify init --here --ai "${SPECKIT_INTEGRATION}" --script "${SPECKIT_SCRIPT}" $([ "${SPECKIT_FORCE}" = true ] && echo --force) --ignore-agent-tools',
      env: { SPECKIT_INTEGRATION: 'claude', SPECKIT_FORCE: "${{ default(inputs.strict, '') }}" },
    });
  });
  it('asks the agent of a step for what later steps read of it', () => {
    expect(node('list')).toMatchObject({
      timeoutMs: 60_000,
      work: { outputs: ['parts'], outputSchemas: { parts: { type: 'array' } } },
    });
    expect(node('parts').work).toMatchObject({ kind: 'map', over: 'fromJson(nodes.list.outputs.parts)', width: 3 });
    expect(node('parts', 'part').work).toMatchObject({
      prompt: expect.stringContaining("${{ default(item['name'], '') }} of") as string,
    });
  });
  it('never lets the shell read a value as code, quoted or not', () => {
    expect(node('tests').work).toMatchObject({
      run: `npm test -- --reporter \${{ default(inputs.goal, '') }} "\${SPECKIT_VALUE_1}" ''"\${SPECKIT_VALUE_2}"''`,
      env: { SPECKIT_VALUE_1: "${{ default(run.id, '') }}" },
    });
  });
  it('reads outputs of a branch from outside, and puts the words of a gate in ours', () => {
    expect(node('failed-then').work).toMatchObject({
      outputs: { review_choice: "${{ default(nodes.review.outputs.choice, '') }}" },
    });
    expect(node('route-case-1').when).toBe(
      "(trim(default(nodes.failed-then.outputs.review_choice, '')) == 'needs-work')",
    );
    expect(node('failed-then', 'review').work).toMatchObject({
      options: [
        { id: 'approve', label: 'Approve', outcome: 'complete' },
        { id: 'needs-work', label: 'needs work', outcome: 'complete' },
        { id: 'reject', outcome: 'complete' },
      ],
    });
  });
  it('goes on after a failure only where the file says so', () => {
    expect(node('failed-then').needs).toEqual([{ id: 'tests', accept: ['completed', 'failed'] }]);
    expect(node('failed').needs).toEqual(
      ['failed-then', 'failed-else'].map((id) => ({ id, accept: ['completed', 'skipped'] })),
    );
    expect(node('refine').needs).toEqual([{ id: 'mend', accept: ['completed'] }]);
  });
  it('has loops that end without an error at their last round', () => {
    expect(node('mend').work).toMatchObject({
      while: '(nodes.tests.outputs.exitCode != 0)',
      max: 2,
      atMax: 'complete',
    });
    expect(node('refine').work).toMatchObject({ until: "not ((nodes.look.outputs.choice == 'again'))", max: 5 });
    expect(node('refine', 'how-then').when).toBe('(iteration > 1)');
  });
  it('asks a gate again that is to be asked again', () => {
    expect(node('sign').work).toMatchObject({
      kind: 'loop',
      until: "(nodes.sign-ask.outputs.choice not in ['reject'])",
    });
    expect(node('sign', 'sign-ask').work).toMatchObject({
      options: [{ outcome: 'complete' }, { outcome: 'complete' }],
    });
  });
  it('has agents for the widest fan-out and for every model', () => {
    expect(definition.team.map(({ name, model }) => [name, model])).toEqual([
      ['w-1', 'small-model'],
      ['w-2', 'small-model'],
      ['w-3', 'small-model'],
      ['w-4', 'large-model'],
    ]);
  });
});

const workflow = (...steps: string[]) =>
  [
    'schema_version: "1.0"',
    'workflow: { id: w, name: W, version: "1.0.0" }',
    'inputs: { go: {}, n: { type: number } }',
    'steps:',
    ...steps.map((step) => `  - ${step}`),
  ].join('\n');
const when = (condition: string, ...before: string[]): string => {
  const { definition } = read(
    workflow(...before, `{ id: c, type: if, condition: ${JSON.stringify(condition)}, then: [{ id: t, command: x }] }`),
  );
  return nodeIn(definition.nodes, 'c-then').when!;
};
const shell = '{ id: s, type: shell, run: make }';
const values = {
  inputs: { go: 'yes', n: '5' },
  outputs: { s: { exitCode: '2', stdout: '{"a":[{"b":1},{"b":2}]}' } },
  states: { s: 'completed' },
};

describe('an expression', () => {
  it.each([
    ['{{ inputs.go == "yes" and inputs.n > 4 }}', true],
    ["{{ inputs.go in ['no', 'yes'] or false }}", true],
    ["{{ inputs.go not in ['no', 'yes'] }}", false],
    ['{{ not inputs.n >= 5 }}', false],
    ["{{ inputs.missing | default('x') == 'x' }}", undefined],
    ['{{ steps.s.output.exit_code != 0 }}', true],
    ["{{ steps.s.output.data.a | map('b') | join('+') == '1+2' }}", true],
    ["{{ steps.s.output.stdout | from_json | contains('a') }}", true],
    ['{{ steps.s.output.data.a[1].b == 2 }}', true],
    ["{{ steps.s.status == 'completed' }}", true],
    ['{{ steps.nowhere.output.x }}', false],
    ['{{ null }}', false],
    [' true ', true],
    ['{{ "it\'s" == \'a "b"\' }}', false],
  ])('%s is read', (condition, expected) => {
    const attempt = (): boolean => isTrue(evaluate(when(condition, shell), values));
    if (expected === undefined) expect(attempt).toThrow('there is no input missing');
    else expect(attempt()).toBe(expected);
  });

  it('puts null into a text as nothing, and a dollar before a block as a dollar', () => {
    const { definition } = read(
      workflow(
        shell,
        '{ id: p, type: prompt, prompt: "costs ${{ inputs.n }} {{ steps.s.output.none }}{{ open and ${{" }',
      ),
    );
    const { work } = nodeIn(definition.nodes, 'p');
    expect(work.kind === 'agent' && fill(work.prompt, values)).toBe('costs $5 {{ open and ${{');
  });

  it.each([
    ['{{ inputs.go | shout }}', 'there is no filter shout: there are default, join, map, contains, from_json'],
    ['{{ inputs.go == }}', 'a value is missing before the end'],
    ['{{ inputs.go @ 1 }}', 'cannot read the expression from "@ 1" on'],
    ['inputs.go', 'a condition is one block {{ … }}, not inputs.go'],
  ])('%s is refused with its place', (condition, message) => {
    expect(() => when(condition)).toThrow(message);
    expect(() => when(condition)).toThrow(`${FILE}:5:35: `);
  });

  it('is bounded', () => {
    expect(() => when(`{{ ${'('.repeat(60)}1 }}`)).toThrow('nested more than 20 deep');
    expect(() => when(`{{ ${'1 or '.repeat(900)}1 }}`)).toThrow('longer than 2000 characters');
  });

  it('is given nothing for a step that runs later, and refused where that would be the round before', () => {
    expect(read(workflow('{ id: p, type: prompt, prompt: "{{ steps.s.output.stdout }}" }', shell)).warnings).toEqual([
      `${FILE}:5:36: step s has not run by then: it is read as null`,
    ]);
    const loop =
      '{ id: l, type: while, condition: "{{ true }}", steps: [{ id: p, type: prompt, prompt: "{{ steps.s.output.stdout }}" }, { id: s, type: shell, run: make }] }';
    expect(() => read(workflow(loop))).toThrow('step s is read before it runs in the round');
  });
});

describe('how many at a time', () => {
  it('is the default of the input that is named', () => {
    const fan =
      '{ id: f, type: fan-out, items: [1, x], max_concurrency: "{{ inputs.many }}", step: { id: i, type: shell, run: "echo {{ item }}" } }';
    const { definition, warnings } = read(
      workflow(fan).replace('go: {}', 'go: {}, many: { type: number, default: 7 }'),
    );
    expect(nodeIn(definition.nodes, 'f').work).toMatchObject({ width: 7, over: "[1, 'x']" });
    expect(warnings.join()).toContain('it is 7 here');
  });
});

describe('a gate whose verdict an input gives', () => {
  const { definition } = read(
    workflow(
      '{ id: g, type: gate, message: Go, verdict_input: go, options: [Approve, reject] }',
      '{ id: p, type: prompt, prompt: "{{ steps.g.output.choice }}" }',
    ),
  );
  const asked = (go: string) => isTrue(evaluate(nodeIn(definition.nodes, 'g').when!, { inputs: { go }, outputs: {} }));
  const fails = (go: string) =>
    isTrue(evaluate(nodeIn(definition.nodes, 'g-verdict').when!, { inputs: { go }, outputs: {} }));
  it.each([
    ['', true, false],
    ['approve', false, false],
    ['APPROVE', false, false],
    ['reject', false, true],
    ['maybe', false, true],
  ])('%j: a person is asked %s, it fails %s', (go, isAsked, isFailure) => {
    expect([asked(go), fails(go)]).toEqual([isAsked, isFailure]);
  });
  it('gives the verdict as its choice', () => {
    const { work } = nodeIn(definition.nodes, 'p');
    expect(work.kind === 'agent' && fill(work.prompt, { inputs: { go: 'Approve' }, outputs: {} })).toBe('approve');
  });
});

describe('a workflow that cannot be carried over', () => {
  it('is told everything that is in the way at once, each with its place', () => {
    const text = workflow(
      '{ id: a, type: my-python-step, with: {} }',
      '{ id: b, type: shell }',
      '{ id: b:1, command: x }',
      '{ id: d, type: gate, message: m, on_reject: explode }',
      '{ id: d, command: x }',
      '{ id: e, command: x, continue_on_error: "true" }',
      '{ id: f, type: fan-in, wait_for: [z] }',
    );
    expect(() => read(text)).toThrow(
      [
        `${FILE}:5:20: step a is of type my-python-step, which cannot be carried over: step types beyond command, prompt, shell, init, gate, if, switch, while, do-while, fan-out, fan-in are Python code of another program. Say it as a shell or prompt step`,
        `${FILE}:6:5: steps.1.run is missing`,
        `${FILE}:7:11: steps.2.id: an id holds no colon`,
        `${FILE}:8:49: steps.3.on_reject must be abort or skip or retry`,
        `${FILE}:9:11: the step id d is given twice`,
        `${FILE}:10:45: steps.5.continue_on_error must be true or false, not a text`,
        `${FILE}:11:39: step z has not run by then`,
      ].join('\n'),
    );
  });
  it.each([
    ['steps: []', 'steps'],
    ['workflow: { id: W, name: x, version: "1.0.0" }\nsteps: [{ id: a, command: x }]', 'lower-case letters'],
    ['workflow: { id: w, name: x, version: 1.0 }\nsteps: [{ id: a, command: x }]', 'put it in quotes'],
    ['schema_version: "2.0"\nworkflow: { id: w, name: x }\nsteps: [{ id: a, command: x }]', 'schema_version'],
    ['workflow: { id: w, name: x }\nrequires: { permissions: all }\nsteps: [{ id: a, command: x }]', 'permissions'],
    ['a: &a [*a]', 'w/workflow.yml:1:'],
  ])('says what is wrong: %s', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
  it('is refused when it is nested beyond what can be read', () => {
    expect(() => read(`steps: ${'['.repeat(20_000)}`)).toThrow('w/workflow.yml:1:');
  });
  it('is told at once when it is larger than a workflow may be', () => {
    const steps = Array.from({ length: 100_001 }, () => 'x');
    expect(() => read(workflow(...steps))).toThrow('100001 steps; the limit is 100000');
  });
  it('tells fifty warnings, then how many more there are', () => {
    const steps = Array.from({ length: 60 }, (_, at) => `{ id: s${at}, command: x, options: { a: 1 } }`);
    const { warnings } = read(workflow(...steps));
    expect([warnings.length, warnings.at(-1)]).toEqual([51, `${FILE}:1:1: and 10 more warnings`]);
  });
  it('is refused when steps lie too deep in one another', () => {
    const deep = Array.from({ length: 30 }).reduce<string>(
      (inner, _, at) => `{ id: i${at}, type: if, condition: "{{ true }}", then: [${inner}] }`,
      '{ id: x, command: x }',
    );
    expect(() => read(workflow(deep))).toThrow('deep');
  });
});
