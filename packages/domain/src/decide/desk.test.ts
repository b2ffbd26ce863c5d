import { sampleId } from '@fusion-kit/testing/journal-samples';
import { sampleAgentSpec, sampleRunSpec, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Command } from '../command.ts';
import { decide } from '../decide.ts';
import type { Event } from '../event.ts';
import { PROGRESS_OF_DISPATCH } from '../progress.ts';
import { type ProposalPolicy, PROPOSALS_OF_DISPATCH, PROPOSALS_OF_RUN } from '../proposal.ts';
import { World } from '../world.ts';

const projectId = sampleId('prj', 1);
const runId = sampleId('run', 1);
const agentId = sampleId('agt', 1);
const refusal = (code: string) => expect.objectContaining({ code });

let world: World;
let seq: number;
let ids: number;

function ask(command: Command): readonly Event[] {
  const { events, refused } = decide(world, command, 0);
  if (refused) throw refused;
  for (const event of events) world.apply({ seq: (seq += 1), at: 0, event });
  return events;
}

function begin(proposals?: ProposalPolicy): void {
  [world, seq, ids] = [new World(), 0, 100];
  ask({ type: 'project.create', projectId, name: 'shop', path: '/shop', kind: 'git', budget: {} });
  const tasks = Array.from({ length: 12 }, (_, at) => ({
    ...sampleTaskSpec,
    id: sampleId('tsk', at + 1),
    node: `n${at + 1}`,
    requires: [],
  }));
  const spec = { ...sampleRunSpec, check: [], ...(proposals && { proposals }) };
  ask({
    type: 'run.start',
    spec,
    tasks,
    agents: [{ id: agentId, spec: { ...sampleAgentSpec, capabilities: ['code'] } }],
  });
  ask({ type: 'agent.arrive', agentId, workspace: '/w', sandbox: 'none' });
}

/** The agent takes a task up, and lets go of what it had. */
function take(n: number) {
  const [taskId, dispatchId] = [sampleId('tsk', n), sampleId('dsp', n)];
  const before = world.get('agents', agentId);
  const held = before?.taskId && { projectId, runId, agentId, taskId: before.taskId, dispatchId: before.dispatchId! };
  if (held)
    ask({
      type: 'dispatch.prove',
      caller: held,
      outputs: {},
      receipt: { kind: 'unverified', files: [], fileCount: 0, checks: [], sandbox: 'none' },
    });
  ask({ type: 'task.assign', taskId, agentId, dispatchId });
  const caller = { projectId, runId, taskId, agentId, dispatchId };
  ask({ type: 'dispatch.start', caller });
  return caller;
}
type Caller = ReturnType<typeof take>;

const propose = (caller: Caller, after: string[] = []) =>
  ask({
    type: 'task.propose',
    caller,
    proposed: { taskId: sampleId('tsk', (ids += 1)), consentId: sampleId('tsk', (ids += 1)) },
    proposal: { title: 'More', prompt: 'Do more.', requires: ['code'], after },
  });
const tell = (caller: Caller, text: string) => ask({ type: 'dispatch.progress', caller, progress: { text } });
const subscribe = (caller: Caller, add: string[], remove: string[] = []) =>
  ask({ type: 'agent.subscribe', caller, add, remove });

beforeEach(() => begin('accept'));

describe('whoever does not hold the task any more', () => {
  it.each([
    ['tells no progress', (caller: Caller) => tell(caller, 'half')],
    ['proposes nothing', (caller: Caller) => propose(caller)],
    ['listens to nothing', (caller: Caller) => subscribe(caller, ['a.b'])],
  ])('%s', (_what, act) => {
    const old = take(1);
    take(2);
    expect(() => act(old)).toThrow(refusal('dispatch_stale'));
  });
});

describe('progress', () => {
  it('is kept once in the same words, up to a bound that is counted anew for each dispatch', () => {
    const caller = take(1);
    expect(tell(caller, 'half')).toHaveLength(1);
    expect(tell(caller, 'half')).toEqual([]);
    for (let n = 1; n < PROGRESS_OF_DISPATCH; n += 1) tell(caller, `${n}`);
    expect(() => tell(caller, 'more')).toThrow(refusal('quota_exceeded'));
    expect(world.get('tasks', caller.taskId)?.progress).toMatchObject({ count: PROGRESS_OF_DISPATCH });
    ask({ type: 'task.restart', taskId: caller.taskId, reason: 'again' });
    const again = { ...caller, dispatchId: sampleId('dsp', 99) };
    ask({ type: 'task.assign', taskId: caller.taskId, agentId, dispatchId: again.dispatchId });
    expect(world.get('tasks', caller.taskId)?.progress).toBeUndefined();
    ask({ type: 'dispatch.start', caller: again });
    expect(tell(again, 'more')).toHaveLength(1);
  });
});

describe('subscriptions', () => {
  it('change with what is said, and stay as they are when nothing changes', () => {
    const caller = take(1);
    expect(subscribe(caller, ['plan.>'])).toEqual([]);
    expect(subscribe(caller, ['a.*', 'a.*'], ['plan.>'])).toHaveLength(1);
    expect(world.get('agents', agentId)).toMatchObject({ subscriptions: ['a.*'], state: 'working' });
  });

  it('are no more than an agent may have', () => {
    const caller = take(1);
    expect(() =>
      subscribe(
        caller,
        Array.from({ length: 51 }, (_, n) => `a.b${n}`),
      ),
    ).toThrow(refusal('bad_request'));
  });
});

describe('proposals', () => {
  it('are so many of one dispatch and so many of a run', () => {
    for (let n = 1; n <= PROPOSALS_OF_RUN / PROPOSALS_OF_DISPATCH; n += 1) {
      const caller = take(n);
      for (let count = 0; count < PROPOSALS_OF_DISPATCH; count += 1) propose(caller);
      expect(() => propose(caller)).toThrow(
        expect.objectContaining({ message: 'task n' + n + ' has proposed 5 tasks, and no more are taken' }),
      );
    }
    expect(() => propose(take(11))).toThrow(
      expect.objectContaining({
        code: 'quota_exceeded',
        message: '50 tasks were proposed in this run, and no more are taken',
      }),
    );
  });

  it('need a person unless the workflow says otherwise, and point to what can still complete', () => {
    begin();
    const caller = take(1);
    expect(propose(caller, ['n1', sampleId('tsk', 2)]).map(({ type }) => type)).toEqual([
      'task.created',
      'task.created',
    ]);
    const proposed = [...world.tasksOf(runId)].find(({ node }) => node === 'proposed:1');
    const consent = [...world.tasksOf(runId)].find(({ node }) => node === 'consent:1');
    expect(proposed?.needs.map(({ id }) => id)).toEqual([consent?.id, sampleId('tsk', 1), sampleId('tsk', 2)]);
    ask({ type: 'task.cancel', taskId: sampleId('tsk', 3), reason: 'enough' });
    expect(() => propose(caller, ['n3'])).toThrow(refusal('dependency_failed'));
    expect(() => propose(caller, ['n33'])).toThrow(/this run has no task n33 \(did you mean n3\?\)/);
  });

  it('that are declined take their task with them', () => {
    begin();
    propose(take(1));
    const consent = [...world.tasksOf(runId)].find(({ node }) => node === 'consent:1')!;
    ask({ type: 'control.open', taskId: consent.id, after: 0, opened: 0, asks: 'Well?', children: [] });
    ask({ type: 'task.answer', taskId: consent.id, option: 'decline', by: 'Mia' });
    expect([...world.tasksOf(runId)].find(({ node }) => node === 'proposed:1')?.state).toBe('skipped');
  });
});
