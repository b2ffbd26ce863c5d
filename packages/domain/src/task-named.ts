import { FusionError } from './errors.ts';
import type { RunId } from './ids.ts';
import { didYouMean } from './nearest.ts';
import type { Task } from './task.ts';
import type { World } from './world.ts';

/** More nodes are not compared with what an agent wrote, who may write as much as it likes. */
const COMPARED_MAX = 500;

/** The task of a run that an agent names by its id or node. Pure. @throws {FusionError} `task_unknown`, for one of another run too */
export function taskNamed(world: World, run: RunId, name: string): Task {
  const byId = world.get('tasks', name);
  if (byId?.runId === run) return byId;
  const nodes: string[] = [];
  for (const task of world.tasksOf(run)) {
    if (task.node === name) return task;
    if (nodes.length < COMPARED_MAX) nodes.push(task.node);
  }
  throw new FusionError('task_unknown', `this run has no task ${name}${didYouMean(name, nodes)}`, {
    remedy: 'Name a task of this run by its id or node.',
  });
}
