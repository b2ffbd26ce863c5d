import { type Agent, SHELL_RUNTIME } from './agent.ts';
import type { AgentId } from './ids.ts';
import { executorOf } from './node.ts';
import { affinityOf } from './schedule-affinity.ts';
import { onlyAgentOf, type Task } from './task.ts';
import type { World } from './world.ts';
import { meets } from './world-needs.ts';

/** One step of priority is worth this much waiting: a task of the lowest priority passes every newer one after nine of these. */
export const AGEING_MS_PER_PRIORITY = 60_000;
/** Each direct dependent counts as this much waiting, up to a bound: what unblocks many goes first among equals. */
const UNBLOCK_MS = 1_000;
const UNBLOCK_MAX = 30;
/** To go on with what one knows is worth this much waiting to an agent. With all dependents it is less than one step of priority. */
export const WARM_MS = 20_000;
/**
 * What stands in the queue of an agent at work counts as so much newer to others who have something else to do: they take it when it is three steps of priority more
 * important, and leave it alone otherwise. `benchmarks/stealing.ts` shows what less and more of it cost.
 */
export const AWAY_MS = 3 * AGEING_MS_PER_PRIORITY;

const PRIORITY_MAX = 9;
/**
 * Nothing starves: of two tasks that may start, the one that came into being this much earlier (under 13 minutes) goes first, whatever their priorities,
 * dependents and queues, with every agent that suits both. What is kept for a paused agent's conversation waits for a person instead.
 */
export const STARVATION_BOUND_MS = PRIORITY_MAX * AGEING_MS_PER_PRIORITY + UNBLOCK_MAX * UNBLOCK_MS + WARM_MS + AWAY_MS;

/**
 * Where a task stands in the queue; the smallest goes first. Waiting, priority and dependents count at fixed rates, so the order of two tasks never
 * changes with time and a heap can keep it. `unblocks` are direct dependents; to count the longest chain or all that follows instead changed makespans by
 * less than their spread, since how long tasks take is not known before they have run. Pure.
 */
export const rank = (task: Pick<Task, 'priority' | 'unblocks' | 'createdAt'>): number =>
  task.createdAt - task.priority * AGEING_MS_PER_PRIORITY - Math.min(task.unblocks, UNBLOCK_MAX) * UNBLOCK_MS;

/** Whether every need of a task ended in a way it accepts. Pure. */
export const needsMet = (world: World, task: Task): boolean =>
  world.get('tasks', task.id) === undefined
    ? task.needs.every((need) => meets(world.get('tasks', need.id)?.state, need.accept))
    : world.unmetNeeds(task.id).size === 0;

type Suited = Pick<Task, 'projectId' | 'runId' | 'work' | 'requires' | 'onlyBy'> & Partial<Pick<Task, 'attempts'>>;

/** Whether an agent is the one that a task is bound to, else has what it requires, and may work on its run at all. Pure. */
export function suits(agent: Agent, task: Suited): boolean {
  const { projectId, runId, work, requires, onlyBy, attempts = 0 } = task;
  if (agent.projectId !== projectId) return false;
  const only = onlyAgentOf({ onlyBy, attempts });
  if (only !== undefined) return agent.runId === runId && agent.name === only;
  return (
    (agent.runId === undefined || agent.runId === runId) &&
    isWanted(agent, work) &&
    requires.every((capability) => agent.capabilities.includes(capability))
  );
}

/** Whether an agent is of the sort that a kind of work is for. Pure. */
export function isWanted(agent: Agent, work: Task['work']): boolean {
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

/** Who comes first with a task. `kept`: it is in that agent's conversation. Otherwise that agent's workspace is warm. */
export interface Claim {
  agentId: AgentId;
  kept: boolean;
}

/**
 * Into whose queue a task goes that may start: an interrupted one into that of the agent whose conversation it is in, else into that of the agent that was given the
 * last task with the same affinity in this run. undefined: it is anybody's. Pure.
 */
export function claimOf(world: World, task: Task): Claim | undefined {
  if (task.lastAgentId) return { agentId: task.lastAgentId, kept: true };
  const affinity = affinityOf(task);
  const agentId = affinity === undefined ? undefined : world.warmAgent(task.runId, affinity);
  return agentId && { agentId, kept: false };
}

/**
 * The agent of a claim, while the claim holds: it lives and suits the task. What is in its conversation is kept for it, also while it is paused, and is anybody's
 * while it is busy with something else; what it only knows its way in waits for it while it is at work, and is anybody's while it is paused. Pure.
 */
export function holderOf(world: World, claim: Claim, task: Task): Agent | undefined {
  const agent = world.get('agents', claim.agentId);
  const waits = claim.kept ? agent?.state === 'paused' : agent?.state === 'working';
  return agent && (agent.state === 'idle' || waits) && suits(agent, task) ? agent : undefined;
}

/** Why an agent may not take a task now; undefined when it may. Pure. */
export function mayTake(world: World, task: Task, agent: Agent, at: number): string | undefined {
  if (task.state !== 'queued') return `the task is ${task.state}`;
  const run = world.get('runs', task.runId);
  if (run?.state !== 'running') return `its run is ${run?.state ?? 'unknown'}`;
  if (!needsMet(world, task)) return 'it needs tasks that have not ended';
  if (task.when !== undefined && !task.admitted) return 'its condition has not been asked';
  if (runIsFull(world, task)) return fullRun(run.concurrency!);
  if (task.notBefore !== undefined && task.notBefore > at) return 'it waits before its next attempt';
  if (agent.state !== 'idle') return `the agent is ${agent.state}`;
  if (!suits(agent, task)) return 'the agent does not have what it requires';
  return world.limitReached(agent);
}

/** Whether a task's run has as many tasks at work as it may; `more` are about to begin. Pure. */
export function runIsFull(world: World, { runId }: Pick<Task, 'runId'>, more = 0): boolean {
  const concurrency = world.get('runs', runId)?.concurrency;
  return concurrency !== undefined && world.heldTasks(runId) + more >= concurrency;
}

export const fullRun = (concurrency: number): string => `of its run no more than ${concurrency} may be at work`;
