import { sampleId } from '@fusion-kit/testing/journal-samples';
import { sampleAgentSpec, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { Project } from '@fusion-kit/domain/project';
import type { NewId } from '@fusion-kit/domain/ids';
import { NO_USAGE } from '@fusion-kit/domain/usage';
import { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { describe, expect, it } from 'vitest';
import { branchName, planRun, type RunPlanRequest } from './run-plan.ts';

const project = Project.parse({
  id: sampleId('prj', 1),
  name: 'shop',
  path: '/shop',
  kind: 'git',
  state: 'active',
  budget: {},
  usage: NO_USAGE,
  createdAt: 1,
});
const node = (id: string, needs: readonly string[] = []) => ({
  id,
  title: id,
  work: sampleTaskSpec.work,
  needs: needs.map((need) => ({ id: need, accept: ['completed'] })),
  requires: [],
  priority: 5,
  retry: { limit: 0, backoffMs: 0 },
  timeoutMs: 1,
});

function plan(definition: object = {}, change: Partial<RunPlanRequest> = {}) {
  let made = 0;
  return planRun({
    id: sampleId('run', 7),
    project,
    workflow: { id: sampleId('wfl', 1) },
    version: 3,
    pinned: { blob: `sha256:${'0'.repeat(64)}`, size: 2, preview: '{}' },
    now: 1_000,
    definition: WorkflowDefinition.parse({
      name: 'Tea & Cake',
      inputs: {},
      team: [],
      setup: [],
      check: [],
      budget: {},
      nodes: [node('a'), node('b', ['a']), node('c', ['a'])],
      ...definition,
    }),
    inputs: {},
    defaults: {},
    namesTaken: new Set(),
    newId: ((prefix: 'tsk') => sampleId(prefix, (made += 1))) as NewId,
    ...change,
  });
}

describe('a run plan', () => {
  it('makes a task of every node, tied by ids, knowing how many it unblocks', () => {
    const { tasks, spec } = plan();
    expect(spec).toMatchObject({ workflowVersion: 3, name: 'Tea & Cake' });
    expect(tasks.map(({ node: name, needs, unblocks }) => [name, needs.map(({ id }) => id), unblocks])).toEqual([
      ['a', [], 2],
      ['b', [tasks[0]?.id], 0],
      ['c', [tasks[0]?.id], 0],
    ]);
  });

  it('takes defaults for inputs that are not given, and empty texts for what they are', () => {
    const inputs = { cup: { default: 'blue' }, sugar: {}, milk: { default: 'no' } };
    expect(plan({ inputs }, { inputs: { sugar: '', milk: 'yes' } }).spec.inputs).toEqual({
      cup: 'blue',
      sugar: '',
      milk: 'yes',
    });
  });

  it.each([
    [{ cup: {}, pot: {} }, {}, 'inputs cup, pot must be given'],
    [{ cup: {} }, { cup: 'x', mug: 'y' }, 'this workflow has no input mug'],
    [{}, { constructor: 'x' }, 'this workflow has no input constructor'],
  ])('of inputs %j refuses %j', (inputs, given, message) => {
    expect(() => plan({ inputs }, { inputs: given })).toThrow(
      expect.objectContaining({ code: 'input_missing', message }),
    );
  });

  it('names its team so that no two living agents have one name', () => {
    const long = 'a'.repeat(40);
    const team = ['ada', 'ada', 'bob', long].map((name) => ({ ...sampleAgentSpec, name }));
    const { agents } = plan({ team }, { namesTaken: new Set(['ada', 'ada-2', long]) });
    expect(agents.map(({ spec }) => spec.name)).toEqual(['ada-3', 'ada-4', 'bob', `${'a'.repeat(36)}-2`]);
  });

  it('lets a member keep its own provider and model, and gives the others those of the run', () => {
    const team = [
      { ...sampleAgentSpec, provider: 'own', model: 'mine' },
      { ...sampleAgentSpec, name: 'bob' },
    ];
    const { agents } = plan({ team }, { defaults: { provider: 'all', model: 'theirs' } });
    expect(agents.map(({ spec }) => [spec.provider, spec.model])).toEqual([
      ['own', 'mine'],
      ['all', 'theirs'],
    ]);
  });

  it('has a branch of its own where there is a commit to start from, and none elsewhere', () => {
    expect(plan().spec).not.toHaveProperty('branch');
    const base = 'a'.repeat(40);
    expect(plan({}, { base }).spec).toMatchObject({ base, branch: branchName('Tea & Cake', sampleId('run', 7)) });
  });
});

it.each([
  ['Tea & Cake', 'fusion/tea-cake-00000007'],
  ['../../etc/passwd', 'fusion/etc-passwd-00000007'],
  ['日本語', 'fusion/run-00000007'],
  ['x'.repeat(200), `fusion/${'x'.repeat(40)}-00000007`],
])('the branch of a run called %s is %s', (name, branch) => {
  expect(branchName(name, sampleId('run', 7))).toBe(branch);
});
