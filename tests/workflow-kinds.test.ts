import type { Task } from '@fusion-kit/domain/task';
import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import { describe, expect, it } from 'vitest';
import { eventually, graph, node, runEnds, startRun } from './house.ts';
import { accepting, agent, byNode, echo, of, played, states } from './kinds.ts';
import { house } from './opened-houses.ts';

describe('a condition', () => {
  it('chooses between branches, which meet again', async () => {
    const { end, tasks } = await played([
      node('test', [], agent('say red')),
      of('ok', { kind: 'condition', if: "nodes.test.outputs.said == 'green'" }, {}, ['test']),
      node('ship', ['ok']),
      node('mend', [], accepting('ok', 'skipped')),
      node('celebrate', ['ship']),
      of('met', { kind: 'join' }, { needs: ['ship', 'mend'].map((id) => ({ id, accept: ['completed', 'skipped'] })) }),
    ]);
    expect(end.type).toBe('run.completed');
    expect(states(tasks)).toEqual({
      test: 'completed',
      ok: 'skipped',
      ship: 'skipped',
      mend: 'completed',
      celebrate: 'skipped',
      met: 'completed',
    });
    expect(tasks['ok']?.reason).toContain("nodes.test.outputs.said == 'green'");
    expect(tasks['celebrate']?.reason).toBe(`dependency_skipped:${tasks['ship']?.id}`);
  });

  it('that cannot be asked fails its task with the place, and what needs it is cancelled', async () => {
    const { end, tasks } = await played([
      node('a', [], { when: 'lower(1, 2, 3)' }),
      node('b', ['a']),
      node('c', [], { ...accepting('a', 'failed') }),
    ]);
    expect(tasks['a']).toMatchObject({
      state: 'failed',
      failure: { code: 'expression_invalid', message: expect.stringMatching(/^line 1, column 1: /) },
    });
    expect(states(tasks)).toMatchObject({ b: 'cancelled', c: 'completed' });
    expect(end.type, 'its failure is handled by c').toBe('run.completed');
  });
});

it('a node whose `when` is false is skipped without an agent, and one whose `when` holds is done', async () => {
  const { home, tasks } = await played(
    [
      node('yes', [], { when: 'inputs.deep == "yes"' }),
      node('no', [], { when: 'inputs.deep == "no"' }),
      node('late', [], { when: "nodes.no.state == 'skipped'", ...accepting('no', 'completed', 'skipped') }),
    ],
    {},
    { deep: 'yes' },
  );
  expect(states(tasks)).toEqual({ yes: 'completed', no: 'skipped', late: 'completed' });
  expect(home.starts.map(({ title }) => title).toSorted()).toEqual(['Do late', 'Do yes']);
});

describe('a loop', () => {
  const loop = (more: object, body: WorkflowNode[]) => of('again', { kind: 'loop', max: 5, ...more }, { body });
  const count = [node('count', [], agent('say ${{ iteration }}'))];

  it.each([
    [{ until: "nodes.count.outputs.said == '3'" }, 'completed', '3'],
    [{ while: 'iteration == null or iteration < 2' }, 'completed', '2'],
    [{ while: 'iteration < 2' }, 'completed', '2'],
    [{ while: 'false' }, 'completed', '0'],
    [{ max: 2 }, 'completed', '2'],
    [{ max: 2, until: 'false', atMax: 'complete' }, 'completed', '2'],
  ])('with %j ends %s after %s rounds', async (more, state, rounds) => {
    const { tasks } = await played([loop(more, count)]);
    expect(tasks['again']).toMatchObject({ state, outputs: { iterations: rounds } });
    expect(Object.keys(tasks)).toHaveLength(1 + Number(rounds));
  });

  it('inside another counts its own rounds', async () => {
    const inner = of('inner', { kind: 'loop', max: 5, while: 'iteration < 2' }, { body: count });
    const { tasks } = await played([loop({ max: 3 }, [inner])]);
    expect(tasks['again#3/inner']).toMatchObject({ state: 'completed', outputs: { iterations: '2' } });
  });

  it('fails when its end does not come in the rounds it may take', async () => {
    const { tasks, end } = await played([loop({ max: 2, until: 'false' }, count)]);
    expect(end.type).toBe('run.failed');
    expect(tasks['again']).toMatchObject({ state: 'failed', failure: { code: 'loop_limit' } });
  });

  it('ends with what its last round gives, and with the failure of a round', async () => {
    const { tasks } = await played([
      loop({ until: 'iteration >= 2', outputs: { last: 'round ${{ nodes.count.outputs.said }}' } }, count),
      of('bad', { kind: 'loop', max: 3 }, { body: [node('do', [], agent('fail'))] }),
    ]);
    expect(tasks['again']?.outputs).toEqual({ iterations: '2', last: 'round 2' });
    expect(tasks['bad']).toMatchObject({ state: 'failed', failure: { message: 'bad#1/do failed' } });
    expect(tasks).not.toHaveProperty('bad#2/do');
  });
});

describe('an approval', () => {
  const options = ['complete', 'skip', 'fail', 'cancel_run'].map((outcome) => ({
    id: outcome.replace('_', '-'),
    outcome,
  }));
  const asking = (more: object = {}, node_: Partial<WorkflowNode> = {}) => [
    node('plan', [], agent('say the plan')),
    of('ask', { kind: 'approval', message: 'Is ${{ nodes.plan.outputs.said }} good?', options, ...more }, node_, [
      'plan',
    ]),
    node('build', ['ask'], agent('say ${{ nodes.ask.outputs.choice }} by ${{ nodes.ask.outputs.by }}')),
  ];

  it.each([
    ['complete', 'run.completed', { ask: 'completed', build: 'completed' }],
    ['skip', 'run.completed', { ask: 'skipped', build: 'skipped' }],
    ['fail', 'run.failed', { ask: 'failed', build: 'cancelled' }],
    ['cancel-run', 'run.cancelled', { ask: 'cancelled', build: 'cancelled' }],
  ])('that is answered %s leads to %s', async (option, ends, expected) => {
    const home = await house({ play: echo });
    const run = await startRun(home, graph(asking()));
    const { event } = await eventually(home.engine, ['task.opened']);
    expect(event).toMatchObject({ asks: 'Is the plan good?' });
    const { taskId } = event as { taskId: Task['id'] };
    await home.engine.submit({ type: 'task.answer', taskId, option, by: 'Mia' });
    expect((await runEnds(home.engine, run.id)).event.type).toBe(ends);
    const tasks = await byNode(home, run.id);
    expect(states(tasks)).toMatchObject(expected);
    if (option === 'complete') expect(tasks['build']?.outputs?.['said']).toBe('complete by Mia');
  });

  it.each([
    [{ onTimeout: 'complete' }, { state: 'completed', outputs: { choice: 'complete', by: 'timeout', comment: '' } }],
    [{}, { state: 'failed', failure: { code: 'approval_timeout' } }],
    [
      { onTimeout: 'nope' },
      { state: 'failed', failure: { code: 'workflow_invalid', message: expect.stringContaining('no option nope') } },
    ],
  ])('that nobody answers in time, with %j, is %j', async (more, expected) => {
    const { tasks } = await played(asking(more, { timeoutMs: 20 }));
    expect(tasks['ask']).toMatchObject(expected);
  });
});
