import type { Event, EventOf, EventType } from './event.ts';
import { countsAsAttempt } from './failure-policy.ts';
import type { AgentId, TaskId } from './ids.ts';

/** A call of a model that was answered in full. `answers`: what the conversation had taken in by then of its attempt. */
export interface RecordedAnswer {
  called: EventOf<'model.called'>;
  answers: number;
}

/** One attempt at a task, as the agent made it that had it last: another one begins the conversation anew. */
export interface RecordedAttempt {
  agentId: AgentId;
  calls: RecordedAnswer[];
  answers: number;
}

/** What attempts are told by. */
export const ATTEMPT_EVENTS = [
  'task.assigned',
  'task.requeued',
  'model.called',
  'step.answered',
  'turn.compacted',
] as const satisfies readonly EventType[];

/** The attempts at each task, in order; `events` are oldest first. A call whose answer an interruption cut off counts for nothing: it was made again. Pure. */
export function recordedAttempts(events: Iterable<Event>): Map<TaskId, RecordedAttempt[]> {
  const attempts = new Map<TaskId, RecordedAttempt[]>();
  const over = new Set<TaskId>();
  for (const event of events) {
    if (event.type === 'task.assigned') {
      const all = attempts.get(event.taskId) ?? [];
      const last = all.at(-1);
      const isNew = !last || over.delete(event.taskId);
      const begun = { agentId: event.agentId, calls: [], answers: 0 };
      if (isNew) all.push(begun);
      else if (last.agentId !== event.agentId) all.splice(-1, 1, begun);
      else last.calls = last.calls.filter(({ answers }) => answers < last.answers);
      attempts.set(event.taskId, all);
    }
    if (event.type === 'task.requeued' && event.failure && countsAsAttempt(event.failure.code)) over.add(event.taskId);
    const attempt = 'taskId' in event && event.taskId ? attempts.get(event.taskId)?.at(-1) : undefined;
    if (!attempt) continue;
    if (event.type === 'model.called' && event.status === 200 && event.basis === 'reported')
      attempt.calls.push({ called: event, answers: attempt.answers });
    if (event.type === 'step.answered' || (event.type === 'turn.compacted' && event.text !== undefined))
      attempt.answers += 1;
  }
  return attempts;
}
