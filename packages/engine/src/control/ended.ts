import { failureThrough, isHandled } from '@fusion-kit/domain/decide/settle';
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

/** Nodes of a round whose failure nothing in it was there for. */
export const failedIn = (world: World, round: Round | undefined): string[] =>
  (round?.tasks ?? []).filter((task) => task.state === 'failed' && !isHandled(world, task)).map(({ node }) => node);

/** Fails a task because of what failed inside. */
export function failedBy({ id }: Task, failed: readonly string[]): CommandOf<'control.fail'> {
  return { type: 'control.fail', taskId: id, failure: failureThrough(failed) };
}
