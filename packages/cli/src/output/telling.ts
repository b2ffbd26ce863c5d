import type { Task } from '@fusion-kit/domain/task';

const WEIGHT: Record<Task['state'], number> = {
  failed: 0,
  running: 1,
  assigned: 2,
  cancelled: 3,
  queued: 4,
  skipped: 5,
  completed: 6,
};

/** Failed and running ones first, finished ones last. Pure. */
export const mostTelling = (tasks: readonly Task[]): Task[] =>
  tasks.toSorted((one, other) => WEIGHT[one.state] - WEIGHT[other.state]);
