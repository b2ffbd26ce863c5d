import type { Agent } from '@fusion-kit/domain/agent';
import type { Caller } from '@fusion-kit/domain/ports/upstream';
import { meet } from '@fusion-kit/domain/run';
import { SIGHT_MAX, type TaskSight, type TeamSight } from '@fusion-kit/domain/sight';
import type { Task } from '@fusion-kit/domain/task';
import { taskNamed } from '@fusion-kit/domain/task-named';
import type { World } from '@fusion-kit/domain/world';

/** A task of the caller's run, by its id or node; the caller's own when none is named. @throws {FusionError} `task_unknown`, for one of another run too */
export function taskSight(world: World, caller: Caller, named: string = caller.taskId): TaskSight {
  const task = taskNamed(world, caller.runId, named);
  const { id, node, title, state, outputs = {} } = task;
  const agentId = task.dispatch?.agentId ?? task.lastAgentId;
  const agent = agentId && world.get('agents', agentId)?.name;
  const reason = state === 'failed' ? task.failure?.message : task.reason;
  return {
    id,
    node,
    title,
    state,
    ...(agent && { agent }),
    needs: task.needs.slice(0, SIGHT_MAX).flatMap((need) => neededSight(world.get('tasks', need.id))),
    needsCount: task.needs.length,
    outputs,
    ...(reason !== undefined && { reason }),
  };
}

const neededSight = (task: Task | undefined): TaskSight['needs'] =>
  task
    ? [{ id: task.id, node: task.node, title: task.title, state: task.state, outputs: Object.keys(task.outputs ?? {}) }]
    : [];

/** Those whom an agent works beside: of its run before those of the project. */
export function teamSight(world: World, caller: Caller): TeamSight {
  const beside = [...world.agentsOf(caller.projectId)].filter(
    ({ id, runId }) => id !== caller.agentId && meet(runId, caller.runId),
  );
  const ordered = beside.toSorted((one, other) => Number(!one.runId) - Number(!other.runId));
  const own = world.get('agents', caller.agentId);
  return {
    you: own?.name ?? caller.agentId,
    subscriptions: own?.subscriptions ?? [],
    members: ordered.slice(0, SIGHT_MAX).map((agent) => memberSight(world, agent, caller)),
    membersCount: ordered.length,
  };
}

function memberSight(world: World, agent: Agent, { runId }: Caller): TeamSight['members'][number] {
  const { name, capabilities, state, taskId } = agent;
  const task = taskId && world.get('tasks', taskId);
  return { name, capabilities, state, ...(task && task.runId === runId && { task: task.node }) };
}
