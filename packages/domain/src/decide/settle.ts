import { failure } from '../errors.ts';
import type { Event } from '../event.ts';
import type { AgentId, ProjectId } from '../ids.ts';
import type { Run } from '../run.ts';
import { isEnded, type Landed, type Task, type TaskState } from '../task.ts';
import type { World } from '../world.ts';

/** A task that ends by the decision being made, and how. */
export interface Ending {
  task: Task;
  state: Extract<TaskState, 'completed' | 'failed' | 'cancelled' | 'skipped'>;
}

/**
 * What follows when tasks end: dependents that can no longer start are cancelled with the name of the task that failed them, and a run whose
 * last task ended is concluded. `landed` is what the ending task put on the run's branch. Pure.
 */
export function settle(world: World, endings: readonly Ending[], landed?: Landed): Event[] {
  const events: Event[] = [];
  const ended = new Map(endings.map((ending) => [ending.task.id, ending.state]));
  const queue = [...endings];
  for (let next = queue.pop(); next; next = queue.pop()) {
    for (const id of world.dependents(next.task.id)) {
      const dependent = world.get('tasks', id);
      if (!dependent || isEnded(dependent.state) || ended.has(id)) continue;
      const need = dependent.needs.find((each) => each.id === next.task.id);
      if (!need || (need.accept as readonly string[]).includes(next.state)) continue;
      const reason = `dependency_failed:${next.task.id}`;
      events.push({
        type: 'task.cancelled',
        v: 1,
        projectId: dependent.projectId,
        runId: dependent.runId,
        taskId: id,
        reason,
      });
      ended.set(id, 'cancelled');
      queue.push({ task: dependent, state: 'cancelled' });
    }
  }
  for (const runId of new Set(endings.map(({ task }) => task.runId))) {
    const run = world.get('runs', runId);
    const endedHere = [...ended.keys()].filter((id) => world.get('tasks', id)?.runId === runId).length;
    if (run?.state === 'running' && world.openTasks(runId) === endedHere)
      events.push(...conclude(world, landed ? { ...run, head: landed.commit } : run, ended));
  }
  return events;
}

/** Ends a run whose tasks have all ended, or starts the project's check first. `ended` holds what this decision ends. Pure. */
export function conclude(world: World, run: Run, ended: ReadonlyMap<string, TaskState> = new Map()): Event[] {
  if (!run.workflowId) return []; // a standing run waits for the next task
  const failed: string[] = [];
  for (const task of world.tasksOf(run.id)) {
    const state = ended.get(task.id) ?? task.state;
    if (state === 'failed') failed.push(task.node);
  }
  const base = { v: 1 as const, projectId: run.projectId, runId: run.id };
  if (failed.length > 0) {
    const named = failed.slice(0, 10).join(', ') + (failed.length > 10 ? ` and ${failed.length - 10} more` : '');
    const why = failure('dependency_failed', `${failed.length === 1 ? 'task' : 'tasks'} ${named} failed`, {
      details: { failed: failed.slice(0, 100) },
    });
    return [{ type: 'run.failed', ...base, failure: why, checks: [] }, ...release(world, run)];
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
  return [...world.all('messages')]
    .filter((message) => {
      const state = message.deliveries[agentId]?.state;
      return state === 'pending' || state === 'delivered';
    })
    .map((message) => ({
      type: 'message.failed',
      v: 1,
      projectId,
      agentId,
      messageId: message.id,
      reason: 'the agent ended before it read it',
    }));
}
