import { FusionError } from '../errors.ts';
import type { Caller } from '../ports/upstream.ts';
import { dayOf, nextDayAt } from '../project.ts';
import type { Reservation } from '../reservation.ts';
import { type Budget, NO_USAGE, type Usage } from '../usage.ts';
import type { World } from '../world.ts';
import { known } from './decision.ts';

export interface Purse {
  name: string;
  budget: Budget;
  usage: Usage;
  holds(reservation: Reservation): boolean;
  /** When it is full again; absent: never. */
  refillsInMs?: number;
}

/** Everything that pays for a call, the narrowest first. */
export function purses(world: World, caller: Caller, at: number): Purse[] {
  const agent = known(world, 'agents', caller.agentId);
  const run = known(world, 'runs', caller.runId);
  const project = known(world, 'projects', caller.projectId);
  const { tokensPerDay, costUsdPerDay } = project.budget;
  const ofProject = (held: Reservation) => held.projectId === project.id;
  const ofDay: Purse = {
    name: `project ${project.name} on this day`,
    budget: {
      ...(tokensPerDay !== undefined && { tokens: tokensPerDay }),
      ...(costUsdPerDay !== undefined && { costUsd: costUsdPerDay }),
    },
    usage: project.today?.day === dayOf(at) ? project.today.usage : NO_USAGE,
    holds: ofProject,
    refillsInMs: nextDayAt(at) - at,
  };
  const task = known(world, 'tasks', caller.taskId);
  const maxTokens = task.work.kind === 'agent' ? task.work.maxTokens : undefined;
  const ofTask: Purse = {
    name: `task ${task.node}`,
    budget: maxTokens === undefined ? {} : { tokens: maxTokens },
    usage: task.usage,
    holds: (held) => held.taskId === task.id,
  };
  return [
    ofTask,
    { ...agent, name: `agent ${agent.name}`, holds: (held) => held.agentId === agent.id },
    { ...run, name: `run ${run.name}`, holds: (held) => held.runId === run.id },
    { ...project, name: `project ${project.name}`, holds: ofProject },
    ...(tokensPerDay === undefined && costUsdPerDay === undefined ? [] : [ofDay]),
  ];
}

/** When to ask again for what is only held: a call gives back what it does not use when it ends, which takes it some seconds. */
const HELD_MS = 1_000;

/** A purse that fills by itself parks the work until then; any other is a person's to fill, unless what is missing is only held by other calls. */
export function refusal({ refillsInMs }: Purse, message: string, onlyHeld = false): FusionError {
  if (onlyHeld) return new FusionError('budget_held', message, { retryAfterMs: HELD_MS });
  return refillsInMs === undefined
    ? new FusionError('budget_exceeded', message)
    : new FusionError('budget_day_spent', message, { retryAfterMs: refillsInMs });
}

/**
 * What a program uses by a login of its own is known only afterwards: it gets no further than the report by which a budget is passed.
 * @throws {FusionError} `budget_exceeded`, `budget_day_spent`
 */
export function requireUnspent(world: World, caller: Caller, at: number): void {
  for (const purse of purses(world, caller, at)) {
    const { budget, usage, name } = purse;
    const tokens = usage.inputTokens + usage.outputTokens;
    if (budget.tokens !== undefined && tokens >= budget.tokens)
      throw refusal(purse, `${name} has used ${tokens} of ${budget.tokens} tokens`);
    if (budget.costUsd !== undefined && usage.costUsd >= budget.costUsd)
      throw refusal(purse, `${name} has used $${usage.costUsd.toFixed(4)} of $${budget.costUsd}`);
  }
}
