import type { Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import { sameFields, useLive } from '../../shared/live/use-live.ts';

const NONE: readonly Task[] = [];

/** The tasks of a run, in the order of their making. */
export const useRunTasks = (run: Run | undefined): readonly Task[] =>
  useLive((store) => (run ? [...store.world.tasksOf(run.id)] : NONE), sameFields);
