import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import { describe, expect, it } from 'vitest';
import { graph, node, type Play, runEnds, startRun } from './house.ts';
import { agent, byNode, echo, of, states } from './kinds.ts';
import { house } from './opened-houses.ts';

/** As `echo`; of a task whose prompt says `stop`, a person thinks better while it is worked on. */
const stopping = (cancel: (taskId: string) => void): Play => {
  return async (start, report) => {
    const { work } = start;
    if (work.kind !== 'agent' || !work.prompt.includes('stop')) return echo(start, report);
    await report({ type: 'dispatch.started' });
    cancel(start.caller.taskId);
  };
};

async function stopped(nodes: readonly WorkflowNode[]) {
  const home = await house({
    play: stopping((taskId) => void home.engine.submit({ type: 'task.cancel', taskId: taskId as never, reason: 'no' })),
  });
  const run = await startRun(home, graph(nodes, 2));
  const { event } = await runEnds(home.engine, run.id);
  return { end: event, tasks: await byNode(home, run.id) };
}

const inside = (kind: object, prompt = 'say ${{ item }}') => [
  of('all', kind, { body: [node('do', [], agent(prompt)), node('then', ['do'])] }),
  node('after', ['all']),
];
const map = (list: string, more: object = {}) => inside({ kind: 'map', over: list, width: 1, ...more });

describe('a task that a person cancels inside', () => {
  it('a map has the map cancelled, begins no more items, and cancels the run as it would at the top', async () => {
    const { end, tasks } = await stopped(map("['a', 'stop', 'c']"));
    expect(end).toMatchObject({ type: 'run.cancelled', reason: 'task all cancelled' });
    expect(tasks['all']).toMatchObject({ state: 'cancelled', reason: 'task all[2]/do cancelled' });
    expect(tasks['after']).toMatchObject({ state: 'cancelled', reason: `dependency_failed:${tasks['all']?.id}` });
    expect(tasks).not.toHaveProperty('all[3]/do');
  });

  it('a tolerant map leaves null in its place', async () => {
    const { end, tasks } = await stopped(
      map("['a', 'stop', 'c']", { tolerant: true, outputs: { said: '${{ nodes.do.outputs.said }}' } }),
    );
    expect(end.type).toBe('run.completed');
    expect(tasks['all']?.outputs?.['said']).toBe('["a",null,"c"]');
  });

  it.each([
    ['a loop', { kind: 'loop', max: 3 }],
    ['a sub-workflow', { kind: 'subworkflow' }],
  ])('%s has that cancelled', async (_name, kind) => {
    const { end, tasks } = await stopped(inside(kind, 'stop'));
    expect(end.type).toBe('run.cancelled');
    expect(states(tasks)).toMatchObject({ all: 'cancelled', after: 'cancelled' });
  });

  it('a map in which something failed too has it failed', async () => {
    const { end, tasks } = await stopped(inside({ kind: 'map', over: "['stop', 'fail']", width: 2 }));
    expect(end.type).toBe('run.failed');
    expect(tasks['all']).toMatchObject({ state: 'failed', failure: { code: 'dependency_failed' } });
  });

  it('is not what another was cancelled for that fails: only what nobody was there for counts', async () => {
    const { end, tasks } = await stopped([
      of(
        'all',
        { kind: 'subworkflow' },
        {
          body: [
            node('do', [], agent('fail')),
            node('then', ['do']),
            node('mend', [], { needs: [{ id: 'do', accept: ['failed'] }] }),
          ],
        },
      ),
    ]);
    expect(end.type).toBe('run.completed');
    expect(states(tasks)).toMatchObject({ 'all/do': 'failed', 'all/then': 'cancelled', all: 'completed' });
  });
});
