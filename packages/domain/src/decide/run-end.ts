import type { Event } from '../event.ts';
import type { Run } from '../run.ts';
import { isEnded } from '../task.ts';
import type { World } from '../world.ts';
import { cancellation, release } from './settle.ts';

/** Cancels what is open in a run. What landing holds was accepted already: its end is recorded when it has landed. Pure. */
const stopTasks = (world: World, run: Run, reason: string): Event[] =>
  [...world.tasksOf(run.id)]
    .filter((task) => !isEnded(task.state) && task.phase !== 'landing')
    .map((task) => cancellation(task, reason));

/** Ends a run because somebody wants it to. Pure. */
export const cancelRun = (world: World, run: Run, reason: string): Event[] => [
  ...stopTasks(world, run, `run cancelled: ${reason}`),
  { type: 'run.cancelled', v: 1, projectId: run.projectId, runId: run.id, reason },
  ...release(world, run),
];

/** Ends a run as failed, with all that is open in it. Pure. */
export const failRun = (world: World, run: Run, why: Extract<Event, { type: 'run.failed' }>['failure']): Event[] => [
  ...stopTasks(world, run, `run failed: ${why.code}`),
  { type: 'run.failed', v: 1, projectId: run.projectId, runId: run.id, failure: why, checks: [] },
  ...release(world, run),
];
