import type { Task } from '@fusion-kit/domain/task';

/** What can be told of the processes of a task that makes no progress. */
export const PROCESS_WORDS = {
  alive: 'its process is alive',
  dead: 'its process is dead',
  unknown: 'whether its process is alive cannot be told',
  none: 'it has no process of its own',
} as const satisfies Record<NonNullable<Task['stalled']>['process'], string>;
