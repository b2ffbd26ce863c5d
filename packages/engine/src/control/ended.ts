import { failureThrough, isHandled, isOwnEnd, reasonThrough } from '@fusion-kit/domain/decide/settle';
import type { CommandOf } from '@fusion-kit/domain/command';
import type { Task } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';
import type { Round } from './values.ts';

/** An item or round of a task with all that ran in it; undefined when there is none. */
export function roundOf(world: World, { id }: Task, index: number): Round | undefined {
  const tasks = world.childrenOf(id, index).flatMap((child) => world.get('tasks', child) ?? []);
  const scope = tasks[0]?.scope;
  return scope && { scope, tasks };
}

/** Nodes that keep what they are part of from being completed. */
export interface Broken {
  failed: readonly string[];
  cancelled: readonly string[];
}

/** What failed in a round and nothing in it was there for, and what was cancelled for its own sake; undefined when it ended well. */
export function brokenIn(world: World, round: Round | undefined): Broken | undefined {
  const tasks = round?.tasks ?? [];
  const failed = tasks.filter((task) => task.state === 'failed' && !isHandled(world, task));
  const cancelled = tasks.filter(
    (task) => task.state === 'cancelled' && isOwnEnd(task, (id) => world.get('tasks', id)?.state),
  );
  if (failed.length + cancelled.length === 0) return undefined;
  return { failed: failed.map(({ node }) => node), cancelled: cancelled.map(({ node }) => node) };
}

/** Ends a task as a run ends because of what is in it: failed when something failed, else cancelled. */
export function brokenBy(
  { id }: Task,
  broken: readonly Broken[],
): CommandOf<'control.fail'> | CommandOf<'task.cancel'> {
  const failed = broken.flatMap((each) => each.failed);
  if (failed.length > 0) return { type: 'control.fail', taskId: id, failure: failureThrough(failed) };
  return { type: 'task.cancel', taskId: id, reason: reasonThrough(broken.flatMap((each) => each.cancelled)) };
}
