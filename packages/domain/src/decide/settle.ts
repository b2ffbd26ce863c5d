import { type Failure, failure } from '../errors.ts';
import type { Event } from '../event.ts';
import { firstFew } from '../first-few.ts';
import type { AgentId, ProjectId, RunId, TaskId } from '../ids.ts';
import type { Run } from '../run.ts';
import { isEnded, isOfHouse, type Landed, type Task, type TaskState } from '../task.ts';
import type { World } from '../world.ts';

/** A task that ends by the decision being made, and how. */
export interface Ending {
  task: Task;
  state: Extract<TaskState, 'completed' | 'failed' | 'cancelled' | 'skipped'>;
}

/** Cancels a task, whoever holds it. Pure. */
export function cancellation(task: Task, reason: string): Event {
  const held = task.dispatch && { agentId: task.dispatch.agentId, dispatchId: task.dispatch.id };
  const { projectId, runId, id: taskId } = task;
  return { type: 'task.cancelled', v: 1, projectId, runId, taskId, ...held, reason };
}

/**
 * What follows when tasks end. Dependents that can no longer start end too: skipped when what they need ended well but on another branch, else cancelled with the name
 * of the task that failed them. What runs inside a task ends with it. A run whose last task ended is concluded. `landed` is what the ending task put on
 * the run's branch. Pure.
 */
export function settle(world: World, endings: readonly Ending[], landed?: Landed): Event[] {
  const events: Event[] = [];
  const ended = new Map(endings.map((ending) => [ending.task.id, ending.state]));
  const queue = [...endings];
  for (let next = queue.pop(); next; next = queue.pop()) {
    for (const follower of [...inside(world, next), ...stranded(world, next)]) {
      if (ended.has(follower.task.id)) continue;
      events.push(follower.event);
      ended.set(follower.task.id, follower.state);
      queue.push(follower);
    }
  }
  for (const runId of new Set(endings.map(({ task }) => task.runId))) {
    const run = world.get('runs', runId);
    const endedHere = [...ended.keys()].filter((id) => isOpenIn(world, runId, id)).length;
    if (run?.state === 'running' && world.openTasks(runId) === endedHere)
      events.push(...conclude(world, landed ? { ...run, head: landed.commit } : run, ended));
  }
  return events;
}

const isOpenIn = (world: World, runId: RunId, id: string): boolean => {
  const task = world.get('tasks', id);
  return task?.runId === runId && !isEnded(task.state);
};

type Following = Ending & { event: Event };

/** Open tasks inside one that ended otherwise than by all of them having ended. */
function inside(world: World, { task, state }: Ending): Following[] {
  if (!isOfHouse(task)) return [];
  return world
    .childrenOf(task.id)
    .flatMap((id) => world.get('tasks', id) ?? [])
    .filter((child) => !isEnded(child.state) && child.phase !== 'landing')
    .map((child) => ({ task: child, state: 'cancelled', event: cancellation(child, `${task.node} is ${state}`) }));
}

/** Dependents of a task that do not accept how it ended. */
function stranded(world: World, { task, state }: Ending): Following[] {
  return world.dependents(task.id).flatMap((id): Following[] => {
    const dependent = world.get('tasks', id);
    if (!dependent || isEnded(dependent.state)) return [];
    const accepted = world.acceptedBy(id, task.id);
    if (!accepted || (accepted as readonly string[]).includes(state)) return [];
    if (state === 'failed' || state === 'cancelled')
      return [{ task: dependent, state: 'cancelled', event: cancellation(dependent, `dependency_failed:${task.id}`) }];
    const { projectId, runId } = dependent;
    const reason = `dependency_${state}:${task.id}`;
    return [
      {
        task: dependent,
        state: 'skipped',
        event: { type: 'task.skipped', v: 1, projectId, runId, taskId: id, reason },
      },
    ];
  });
}

/** Whether a dependent was there for the case that a task fails: then its failure does not fail what it is part of. Pure. */
export const isHandled = (world: World, task: Task): boolean =>
  world.dependents(task.id).some((id) => world.acceptedBy(id, task.id)?.includes('failed'));

/** Failed nodes that are named in a message, and in its details. */
const NAMED_MAX = 10;
const LISTED_MAX = 100;

/** Why something failed that these nodes are part of. Pure. */
export const failureThrough = (failed: readonly string[], what = ''): Failure =>
  failure('dependency_failed', `${what}${firstFew(failed, NAMED_MAX)} failed`, {
    details: { failed: failed.slice(0, LISTED_MAX) },
  });

/** Why something is cancelled that these nodes are part of. Pure. */
export const reasonThrough = (cancelled: readonly string[]): string =>
  `${cancelled.length === 1 ? 'task' : 'tasks'} ${firstFew(cancelled, NAMED_MAX)} cancelled`;

/** Whether a cancelled task was cancelled for its own sake, and not because of what it needed. Pure. */
export const isOwnEnd = (task: Task, stateOf: (id: TaskId) => TaskState | undefined): boolean =>
  !task.needs.some(({ id, accept }) => {
    const state = stateOf(id);
    return state === 'cancelled' || (state === 'failed' && !accept.includes('failed'));
  });

/**
 * Ends a run whose tasks have all ended, or starts the project's check first: failed when a task failed that no other was there for, cancelled when one was cancelled
 * for its own sake. `ended` holds what this decision ends. Pure.
 */
export function conclude(world: World, run: Run, ended: ReadonlyMap<string, TaskState> = new Map()): Event[] {
  if (!run.workflowId) return []; // a standing run waits for the next task
  const stateOf = (id: TaskId) => ended.get(id) ?? world.get('tasks', id)?.state;
  const failed: string[] = [];
  const cancelled: string[] = [];
  for (const task of world.tasksOf(run.id)) {
    const state = ended.get(task.id) ?? task.state;
    if (task.scope) continue; // counts through the task it is inside
    if (state === 'failed' && !isHandled(world, task)) failed.push(task.node);
    if (state === 'cancelled' && isOwnEnd(task, stateOf)) cancelled.push(task.node);
  }
  const base = { v: 1 as const, projectId: run.projectId, runId: run.id };
  if (failed.length > 0) {
    const why = failureThrough(failed, failed.length === 1 ? 'task ' : 'tasks ');
    return [{ type: 'run.failed', ...base, failure: why, checks: [] }, ...release(world, run)];
  }
  if (cancelled.length > 0) {
    return [{ type: 'run.cancelled', ...base, reason: reasonThrough(cancelled) }, ...release(world, run)];
  }
  if (run.check.length > 0 && run.phase === 'working') {
    return [{ type: 'run.checking', ...base, ...(run.head && { commit: run.head }) }];
  }
  return [{ type: 'run.completed', ...base, checks: [] }, ...release(world, run)];
}

/** Lets the run's own team go. Pure. */
export function release(world: World, run: Run): Event[] {
  return [...world.agentsOf(run.projectId)]
    .filter((agent) => agent.runId === run.id)
    .flatMap((agent) => [
      ...undelivered(world, agent.id, agent.projectId),
      {
        type: 'agent.terminated' as const,
        v: 1 as const,
        projectId: agent.projectId,
        agentId: agent.id,
        reason: 'its run ended',
      },
    ]);
}

/** Messages that an ending agent will never read are failed, so that the sender sees it. Pure. */
export function undelivered(world: World, agentId: AgentId, projectId: ProjectId): Event[] {
  return [...world.unreadBy(agentId)].map(({ id: messageId }) => ({
    type: 'message.failed',
    v: 1,
    projectId,
    agentId,
    messageId,
    reason: 'the agent ended before it read it',
  }));
}
