import { type Agent, comesBack, SHELL_RUNTIME } from './agent.ts';
import { countsAsAttempt } from './failure-policy.ts';
import { firstFew } from './first-few.ts';
import { executorOf } from './node.ts';
import { runEnded } from './run.ts';
import { openQuestions } from './questions.ts';
import { claimOf, fullRun, holderOf, isWanted, runIsFull, suits } from './schedule.ts';
import { affinityOf } from './schedule-affinity.ts';
import { onlyAgentOf, type Task } from './task.ts';
import { preview } from './text.ts';
import type { World } from './world.ts';

/** Needs that are named; the others are counted. */
const NEEDS_NAMED = 5;

/** Why a task waits, in words for a person: one that is queued, or whose agent asks something; derived, never stored. Takes as long for a task of many needs as for one of few. Pure. */
export function waitingReason(world: World, task: Task, at: number): string | undefined {
  if (task.state === 'running') return answerAwaited(task);
  if (task.state !== 'queued') return undefined;
  const run = world.get('runs', task.runId);
  if (run && runEnded(run.state)) return `its run is ${run.state}`;
  if (run?.state === 'paused') return 'its run is paused';
  const needs = unmetNeeds(world, task);
  if (needs) return needs;
  if (task.notBefore !== undefined && task.notBefore > at) return pauseOf(task, task.notBefore - at);
  if (task.when !== undefined && !task.admitted) return 'its condition has not been asked yet';
  if (executorOf(task.work) === 'house') return 'the house takes it up next';
  const all = [...world.agentsOf(task.projectId)];
  const suitable = all.filter((agent) => suits(agent, task));
  if (suitable.length === 0) return nobody(all, task);
  const failed = suitable.filter((agent) => agent.state === 'error');
  if (failed.length === suitable.length)
    return `${failed.map((agent) => agent.name).join(', ')} failed: ${failed[0]?.failure?.message}${failed.some(comesBack) ? '; tried again by itself' : ''}`;
  if (run && runIsFull(world, task)) return fullRun(run.concurrency!);
  return occupied(world, task, suitable);
}

const QUOTED_MAX = 120;

function answerAwaited(task: Task): string | undefined {
  const [asked] = openQuestions(task);
  if (!asked) return undefined;
  const line = preview(asked.text).replaceAll(/\s+/g, ' ').trim();
  return `waits for you: ${line.length > QUOTED_MAX ? `${line.slice(0, QUOTED_MAX)}…` : line}`;
}

/** An interruption is told with its cause: nothing is wrong with the work, it is parked. */
function pauseOf({ failure }: Task, waitMs: number): string {
  const next = `next attempt in ${Math.ceil(waitMs / 1_000)} s`;
  return failure && !countsAsAttempt(failure.code) ? `parked, ${next}: ${failure.message}` : next;
}

function unmetNeeds(world: World, task: Task): string | undefined {
  const open = world.unmetNeeds(task.id);
  if (open.size === 0) return undefined;
  const named: string[] = [];
  for (const id of open) {
    if (named.length === NEEDS_NAMED) break;
    named.push(world.get('tasks', id)?.node ?? id);
  }
  return `needs ${firstFew(named, NEEDS_NAMED, open.size)}`;
}

/** What it is that no agent has. */
function nobody(all: readonly Agent[], task: Task): string {
  const only = onlyAgentOf(task);
  if (only !== undefined) return `its run has no agent ${only} any more, and nobody else did it in the recorded run`;
  const ofRun = all.filter((agent) => agent.runId === undefined || agent.runId === task.runId);
  const wanted = ofRun.filter((agent) => isWanted(agent, task.work));
  if (wanted.length === 0 && ofRun.length > 0) {
    if (executorOf(task.work) === 'shell')
      return `this run has no agent of runtime ${SHELL_RUNTIME}, which carries out commands`;
    const wants = Object.entries((task.work.kind === 'agent' && task.work.wants) || {});
    if (wants.length > 0)
      return `no agent is what it wants: ${wants.map(([what, value]) => `${what} ${value}`).join(', ')}`;
  }
  const lacking = task.requires.filter(
    (capability) => !wanted.some((agent) => agent.capabilities.includes(capability)),
  );
  if (lacking.length === 0 && task.requires.length > 1) return `no single agent has ${task.requires.join(' and ')}`;
  return `no agent has ${lacking.join(', ') || 'a place in this run'}`;
}

/** Some agents could take it, if they were free and the server let them. */
function occupied(world: World, task: Task, suitable: readonly Agent[]): string {
  const claim = claimOf(world, task);
  const holder = claim && holderOf(world, claim, task);
  if (holder?.state === 'paused') return `its agent ${holder.name} is paused`;
  const held = suitable
    .filter((agent) => agent.state === 'idle')
    .flatMap((agent) => world.limitReached(agent) ?? world.shortages.get(agent.runtime) ?? []);
  if (held[0] !== undefined) return held[0];
  if (holder?.state === 'working')
    return `waits for agent ${holder.name}, who works on ${affinityOf(task)}, or for another who has nothing else to do`;
  const [one] = suitable;
  if (suitable.length > 1 || !one) return `waits for one of ${suitable.length} agents`;
  if (onlyAgentOf(task) !== undefined) return `waits for agent ${one.name}, who did it in the recorded run`;
  return `waits for agent ${one.name}${one.state === 'paused' || one.state === 'spawning' ? `, which is ${one.state}` : ''}`;
}
