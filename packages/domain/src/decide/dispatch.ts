import type { CommandOf } from '../command.ts';
import { failure, FusionError } from '../errors.ts';
import type { Event } from '../event.ts';
import { backoffMs, countsAsAttempt, isRetryable } from '../failure-policy.ts';
import type { Caller } from '../ports/upstream.ts';
import { takenBy } from '../questions.ts';
import { runEnded } from '../run.ts';
import { isEnded, isHeld, type Task } from '../task.ts';
import type { World } from '../world.ts';
import { known, type Rules } from './decision.ts';
import { requireUnspent } from './purses.ts';
import { settle } from './settle.ts';

/** So often in a row may a server end while a task is at the same thing, before that counts as a failure of the task. */
const INTERRUPTIONS_MAX = 3;
/** Longest that a task waits that may be the cause: each another while, so that one does not end the server at the hands of all others. */
const SUSPECT_WAIT_MS = 5_000;

/** The task that a dispatch holds now. @throws {FusionError} `dispatch_stale` when it holds none any more */
export function held(world: World, caller: Caller): Task {
  const task = known(world, 'tasks', caller.taskId);
  if (task.dispatch?.id !== caller.dispatchId || !isHeld(task)) {
    const now = task.dispatch?.id === caller.dispatchId ? task.state : `with ${task.dispatch?.id ?? 'nobody'}`;
    throw new FusionError(
      'dispatch_stale',
      `dispatch ${caller.dispatchId} no longer holds task ${task.node}, which is ${now}`,
    );
  }
  return task;
}

/** The same, while the result is still open: what has been proved is never proved, failed or spoken for again. */
export function open(world: World, caller: Caller): Task {
  const task = held(world, caller);
  if (task.phase === 'landing')
    throw new FusionError('dispatch_stale', `the result of dispatch ${caller.dispatchId} was already accepted`);
  return task;
}

export const dispatchRules: Rules<
  | 'dispatch.start'
  | 'dispatch.phase'
  | 'dispatch.prove'
  | 'dispatch.land'
  | 'dispatch.fail'
  | 'dispatch.lose'
  | 'dispatch.stall'
  | 'dispatch.revive'
  | 'activity.record'
> = {
  'dispatch.start'(world, { caller }) {
    const task = open(world, caller);
    return task.state === 'running' ? [] : [{ type: 'task.started', v: 1, ...caller }];
  },

  'dispatch.phase'(world, { caller, phase }) {
    const task = open(world, caller);
    if (task.state !== 'running') throw new FusionError('move_refused', `task ${task.node} has not started`);
    return task.phase === phase ? [] : [{ type: 'task.phase_changed', v: 1, ...caller, phase }];
  },

  'dispatch.prove'(world, { caller, outputs, receipt }) {
    const task = open(world, caller);
    if (task.state !== 'running') throw new FusionError('move_refused', `task ${task.node} has not started`);
    if (receipt.commit) return [{ type: 'task.proved', v: 1, ...caller, outputs, receipt }];
    return [
      { type: 'task.completed', v: 1, ...caller, outputs, receipt },
      ...settle(world, [{ task, state: 'completed' }]),
    ];
  },

  'dispatch.land'(world, { caller, landed }) {
    const task = held(world, caller);
    if (task.phase !== 'landing') throw new FusionError('move_refused', `task ${task.node} is not landing`);
    return [
      { type: 'task.completed', v: 1, ...caller, landed },
      ...settle(world, [{ task, state: 'completed' }], landed),
    ];
  },

  'dispatch.fail'(world, { caller, failure: why, receipt, jitter }, at) {
    return failed(world, held(world, caller), { caller, failure: why, receipt, jitter }, at);
  },

  'dispatch.lose'(world, { caller, reason, during }, at) {
    const task = world.get('tasks', caller.taskId);
    if (task?.dispatch?.id !== caller.dispatchId || !isHeld(task) || task.phase === 'landing') return []; // its result is safe in the store
    const times = task.interrupted && task.interrupted.during === during?.text ? task.interrupted.times + 1 : 1;
    const requeued: Event = { type: 'task.requeued', v: 1, ...caller, reason };
    if (!during) return [requeued];
    if (times === 1) return [{ ...requeued, during: during.text }];
    if (times < INTERRUPTIONS_MAX)
      return [{ ...requeued, during: during.text, notBefore: at + Math.round(SUSPECT_WAIT_MS * during.jitter) }];
    const why = failure(
      'server_died',
      `the server ended ${times} times while task "${task.title}" was at ${during.text}`,
    );
    return failed(world, task, { caller, failure: why, jitter: during.jitter }, at);
  },

  'dispatch.stall'(world, { caller, quietMs, process }) {
    const task = open(world, caller);
    return task.state !== 'running' || task.stalled
      ? []
      : [{ type: 'task.stalled', v: 1, ...caller, quietMs, process }];
  },

  'dispatch.revive'(world, { caller }) {
    return open(world, caller).stalled ? [{ type: 'task.revived', v: 1, ...caller }] : [];
  },

  'activity.record'(world, { caller, events }, at) {
    const task = open(world, caller);
    if (world.get('agents', caller.agentId)?.credentials === 'login') requireUnspent(world, caller, at);
    const taken = new Set(task.questions && events.flatMap((event) => takenBy(task, { ...event, ...caller })));
    const closed = [...taken].map((questionId): Event => ({ type: 'question.closed', v: 1, ...caller, questionId }));
    const recorded = events.flatMap((event): Event[] => {
      const told = event.type === 'turn.told' ? delivered(world, caller, event.messageIds) : [];
      const read = event.type === 'step.answered' ? acknowledged(world, caller) : [];
      return [...told, { ...event, ...caller }, ...read]; // whoever reports speaks for its own dispatch only
    });
    return [...recorded, ...closed];
  },
};

/** Tries a failed task again when its policy says so, or ends it. */
function failed(
  world: World,
  task: Task,
  { caller, failure: why, receipt, jitter }: Omit<CommandOf<'dispatch.fail'>, 'type'>,
  at: number,
): Event[] {
  const left = task.retry.limit - task.attempts;
  // What has ended around it let its last landing end, and no more.
  const around = task.scope && world.get('tasks', task.scope.parent);
  const goesOn = !runEnded(known(world, 'runs', task.runId).state) && !(around && isEnded(around.state));
  const again = goesOn && isRetryable(why.code, task.retry) && (left > 0 || !countsAsAttempt(why.code));
  if (again) {
    const notBefore = at + backoffMs(task.retry.backoffMs, task.attempts, jitter, why.retryAfterMs);
    return [{ type: 'task.requeued', v: 1, ...caller, reason: why.code, failure: why, notBefore }];
  }
  const end: Event = { type: 'task.failed', v: 1, ...caller, failure: why, ...(receipt && { receipt }) };
  return [end, ...settle(world, [{ task, state: 'failed' }])];
}

function delivered(world: World, caller: Caller, ids: readonly string[]): Event[] {
  return ids.flatMap((id): Event[] => {
    const message = world.get('messages', id);
    if (message?.deliveries[caller.agentId]?.state !== 'pending') return [];
    const { projectId, agentId, dispatchId } = caller;
    return [{ type: 'message.delivered', v: 1, projectId, agentId, messageId: message.id, dispatchId }];
  });
}

/** A model that answers after messages were put before it has read them. */
function acknowledged(world: World, { projectId, agentId }: Caller): Event[] {
  return [...world.unreadBy(agentId)]
    .filter((message) => message.deliveries[agentId]?.state === 'delivered')
    .map((message) => ({ type: 'message.acknowledged', v: 1, projectId, agentId, messageId: message.id }));
}
