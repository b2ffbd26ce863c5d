import type { Entry } from '../entry.ts';
import { FusionError } from '../errors.ts';
import { countsAsAttempt } from '../failure-policy.ts';
import { type Moves, moveOf } from '../moves.ts';
import { withoutOpen } from '../questions.ts';
import { TASK_MOVES, type Task, type TaskState } from '../task.ts';
import { evolveQuestions } from './question.ts';
import { addUsage, NO_USAGE } from '../usage.ts';

const MOVES: Moves<TaskState> = TASK_MOVES;

/** The task after an event. Pure. */
export function evolveTask(task: Task | undefined, { at, event }: Entry): Task | undefined {
  if (event.type === 'task.created') {
    return { ...event.spec, state: 'queued', fence: 0, attempts: 0, usage: NO_USAGE, createdAt: at };
  }
  if (!task) return undefined;
  if (event.type === 'model.called' || event.type === 'usage.reported')
    return { ...task, usage: addUsage(task.usage, event) };
  const state = moveOf(MOVES, task.state, event.type);
  if (!state) throw new FusionError('move_refused', `task ${task.node} is ${task.state}; ${event.type} cannot follow`);
  switch (event.type) {
    case 'task.needs_added':
      return { ...task, needs: [...task.needs, ...event.needs] };
    case 'task.reprioritized':
      return { ...task, priority: event.priority };
    case 'task.unparked': {
      const { notBefore: _waited, ...rest } = task;
      return rest;
    }
    case 'task.dismissed':
      return { ...task, dismissed: { by: event.by, at } };
    case 'task.admitted':
      return { ...task, admitted: true };
    case 'task.opened':
      return {
        ...task,
        state,
        phase: 'parked',
        startedAt: task.startedAt ?? at,
        spread: { opened: event.opened, ...(event.of !== undefined && { of: event.of }) },
        ...(event.asks !== undefined && { asks: event.asks }),
      };
    case 'task.inherited':
      return {
        ...task,
        state,
        finishedAt: at,
        inheritedFrom: event.from,
        outputs: event.outputs,
        ...(event.receipt && { receipt: event.receipt }),
        ...(event.landed && { landed: event.landed }),
      };
    case 'task.stalled':
      return { ...task, stalled: { since: at - event.quietMs, process: event.process } };
    case 'task.progressed':
      return { ...task, progress: { ...event.progress, at, count: (task.progress?.count ?? 0) + 1 } };
    case 'task.revived': {
      const { stalled: _over, ...rest } = task;
      return rest;
    }
    case 'question.asked':
    case 'question.answered':
    case 'question.closed':
      return evolveQuestions(task, { at }, event);
    case 'task.assigned': {
      const { notBefore: _waited, progress: _past, ...rest } = task;
      const { stolenFrom } = event;
      const dispatch = {
        id: event.dispatchId,
        agentId: event.agentId,
        fence: event.fence,
        assignedAt: at,
        ...(stolenFrom && { stolenFrom }),
      };
      return { ...rest, state, fence: event.fence, dispatch, lastAgentId: event.agentId };
    }
    case 'task.started':
      return {
        ...task,
        state,
        phase: 'preparing',
        startedAt: task.startedAt ?? at,
        ...(task.dispatch && { dispatch: { ...task.dispatch, startedAt: at } }),
      };
    case 'task.phase_changed':
      return { ...task, phase: event.phase };
    case 'task.proved':
      return { ...withoutOpen(task), phase: 'landing', outputs: event.outputs, receipt: event.receipt };
    case 'task.requeued': {
      const isAttempt = event.failure !== undefined && countsAsAttempt(event.failure.code);
      // Interrupted work goes on and asks again; another attempt begins with questions of its own.
      const {
        dispatch: _lost,
        phase: _left,
        stalled: _over,
        interrupted,
        ...rest
      } = isAttempt ? withoutOpen(task) : task;
      const { during } = event;
      const times = interrupted?.during === during ? (interrupted?.times ?? 0) + 1 : 1;
      return {
        ...rest,
        state,
        attempts: task.attempts + (isAttempt ? 1 : 0),
        ...(event.failure && { failure: event.failure }),
        ...(event.notBefore !== undefined && { notBefore: event.notBefore }),
        ...(during !== undefined && { interrupted: { during, times } }),
      };
    }
    case 'task.completed': {
      const { phase: _done, failure: _overcome, stalled: _over, ...rest } = withoutOpen(task);
      return {
        ...rest,
        state,
        finishedAt: at,
        outputs: event.outputs ?? task.outputs ?? {},
        ...(event.receipt && { receipt: event.receipt }),
        ...(event.landed && { landed: event.landed }),
      };
    }
    case 'task.failed': {
      const { phase: _done, stalled: _over, ...rest } = withoutOpen(task);
      return {
        ...rest,
        state,
        finishedAt: at,
        failure: event.failure,
        ...(event.receipt && { receipt: event.receipt }),
      };
    }
    case 'task.cancelled':
    case 'task.skipped': {
      const { phase: _done, stalled: _over, ...rest } = withoutOpen(task);
      return { ...rest, state, finishedAt: at, reason: event.reason };
    }
    default:
      return task;
  }
}
