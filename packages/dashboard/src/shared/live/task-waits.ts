import { waitingReason } from '@fusion-kit/domain/schedule-reason';
import type { Task } from '@fusion-kit/domain/task';
import { type Names, reasonLine } from '../format/event-line.ts';
import type { LiveStore } from './live-store.ts';

/** Why a task stands where it stands, when that needs a word: what it waits for, or why it ended otherwise than well. */
export function taskNote(store: LiveStore, task: Task, names: Names, now: number): string | undefined {
  if (task.state === 'queued') return waitingReason(store.world, task, now);
  if (task.state === 'failed') return task.failure?.message;
  if (task.state === 'cancelled' || task.state === 'skipped') return task.reason && reasonLine(task.reason, names);
  return task.attempts > 0 && task.state !== 'completed' ? `attempt ${task.attempts + 1}` : undefined;
}
