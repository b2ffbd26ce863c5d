import { type Agent, comesBack, SHELL_RUNTIME } from './agent.ts';
import { executorOf } from './node.ts';
import { runEnded } from './run.ts';
import { isEnded, type Task } from './task.ts';
import type { World } from './world.ts';

/** One step of priority is worth this much waiting: a task of the lowest priority passes every newer one after nine of these. */
export const AGEING_MS_PER_PRIORITY = 60_000;
/** Each direct dependent counts as this much waiting, up to a bound: what unblocks many goes first among equals. */
const UNBLOCK_MS = 1_000;
const UNBLOCK_MAX = 30;

/**
 * Where a task stands in the queue; the smallest goes first. Waiting and priority grow at fixed rates, so the order of two tasks never changes
 * with time and a heap can keep it. Nothing starves: a task waits at most nine steps of ageing longer than a newer one of the highest priority. Pure.
 */
export const rank = (task: Pick<Task, 'priority' | 'unblocks' | 'createdAt'>): number =>
  task.createdAt - task.priority * AGEING_MS_PER_PRIORITY - Math.min(task.unblocks, UNBLOCK_MAX) * UNBLOCK_MS;

/** Whether every need of a task ended in a way it accepts. Pure. */
export const needsMet = (world: World, task: Task): boolean =>
  task.needs.every((need) => {
    const needed = world.get('tasks', need.id);
    return needed !== undefined && isEnded(needed.state) && (need.accept as readonly string[]).includes(needed.state);
  });

/** Whether an agent has what a task requires and may work on its run at all. Pure. */
export const suits = (agent: Agent, task: Task): boolean =>
  agent.projectId === task.projectId &&
  (agent.runId === undefined || agent.runId === task.runId) &&
  isWanted(agent, task.work) &&
  task.requires.every((capability) => agent.capabilities.includes(capability));

/** Whether an agent is of the sort that a kind of work is for. Pure. */
function isWanted(agent: Agent, work: Task['work']): boolean {
  const executor = executorOf(work);
  if (executor === 'house') return false;
  if ((agent.runtime === SHELL_RUNTIME) !== (executor === 'shell')) return false;
  if (work.kind !== 'agent' || !work.wants) return true;
  const { runtime, provider, model } = work.wants;
  return (
    (runtime === undefined || runtime === agent.runtime) &&
    (provider === undefined || provider === agent.provider) &&
    (model === undefined || model === agent.model)
  );
}

/** An interrupted task goes back to the agent whose conversation it is in, while that agent lives, still suits it and is not busy with another. */
export function keptFor(world: World, task: Task): Agent | undefined {
  const last = task.lastAgentId && world.get('agents', task.lastAgentId);
  return last && (last.state === 'idle' || last.state === 'paused') && suits(last, task) ? last : undefined;
}

/** Why an agent may not take a task now; undefined when it may. Pure. */
export function mayTake(world: World, task: Task, agent: Agent, at: number): string | undefined {
  if (task.state !== 'queued') return `the task is ${task.state}`;
  const run = world.get('runs', task.runId);
  if (run?.state !== 'running') return `its run is ${run?.state ?? 'unknown'}`;
  if (!needsMet(world, task)) return 'it needs tasks that have not ended';
  if (task.when !== undefined && !task.admitted) return 'its condition has not been asked';
  if (run.concurrency !== undefined && world.heldTasks(run.id) >= run.concurrency)
    return `its run has ${run.concurrency} tasks at work, as many as it may`;
  if (task.notBefore !== undefined && task.notBefore > at) return 'it waits before its next attempt';
  if (agent.state !== 'idle') return `the agent is ${agent.state}`;
  if (!suits(agent, task)) return 'the agent does not have what it requires';
  return undefined;
}

/** Why a queued task waits, in words for a person; derived, never stored. Pure. */
export function waitingReason(world: World, task: Task, at: number): string | undefined {
  if (task.state !== 'queued') return undefined;
  const run = world.get('runs', task.runId);
  if (run && runEnded(run.state)) return `its run is ${run.state}`;
  if (run?.state === 'paused') return 'its run is paused';
  const open = task.needs
    .map((need) => world.get('tasks', need.id))
    .filter((needed) => needed && !isEnded(needed.state));
  if (open.length > 0) return `needs ${open.map((needed) => needed?.node).join(', ')}`;
  if (task.notBefore !== undefined && task.notBefore > at)
    return `next attempt in ${Math.ceil((task.notBefore - at) / 1_000)} s`;
  const suitable = [...world.agentsOf(task.projectId)].filter((agent) => suits(agent, task));
  if (suitable.length === 0) return `no agent has ${task.requires.join(', ') || 'a place in this run'}`;
  const failed = suitable.filter((agent) => agent.state === 'error');
  if (failed.length === suitable.length)
    return `${failed.map((agent) => agent.name).join(', ')} failed: ${failed[0]?.failure?.message}${failed.some(comesBack) ? '; tried again by itself' : ''}`;
  const kept = keptFor(world, task);
  if (kept?.state === 'paused') return `its agent ${kept.name} is paused`;
  return `waits for ${suitable.length === 1 ? `agent ${suitable[0]?.name}` : `one of ${suitable.length} agents`}`;
}
