import type { Failure } from '@fusion-kit/domain/errors';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { Task } from '@fusion-kit/domain/task';

/** Said to an agent whose work could not be merged. */
export const FRESH_START =
  'Your workspace now holds the project as it stands, with the work of others and without yours. Do the task again on top of it.';

/** Attempts are bounded by a policy, interruptions are not; more of them after a conflict than this are not looked through. */
const REQUEUES_MAX = 200;

/**
 * Why the work of an attempt is put away: it could not be merged, and nothing has been done since. An attempt that was merely interrupted after that goes
 * on with what it has.
 * @param spokenAt number of the last event of the conversation
 */
export async function conflictBefore(journal: Journal, task: Task, spokenAt: number): Promise<Failure | undefined> {
  if (task.attempts === 0) return undefined;
  const { id: taskId } = task;
  const newest = { taskId, types: ['task.requeued'], newestFirst: true } as const;
  for (const { seq, event } of await journal.readAfter(0, REQUEUES_MAX, newest)) {
    if (seq < spokenAt) return undefined;
    if (event.type === 'task.requeued' && event.failure?.code === 'landing_conflict') return event.failure;
  }
  return undefined;
}
