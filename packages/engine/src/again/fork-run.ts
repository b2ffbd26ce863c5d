import { type AgentSpec, SHELL_RUNTIME } from '@fusion-kit/domain/agent';
import type { Inherited } from '@fusion-kit/domain/command';
import type { TaskId } from '@fusion-kit/domain/ids';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { Run } from '@fusion-kit/domain/run';
import type { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import type { ForkRequest, Idempotency } from '../engine.ts';
import { planRun, type RunPlan } from '../run-plan.ts';
import { begin, namesTaken, type StartOptions } from '../start-run.ts';
import { type Fork, forkAt } from './fork.ts';
import { historyOf } from './run-history.ts';
import { sourceOf } from './source.ts';

export interface AgainOptions extends StartOptions {
  journal: Journal;
}

/** Members of a team that are looked up. */
export const TEAM_MAX = 500;

/**
 * Starts a run that goes on from another one, which stays as it is: with the same definition, on a branch of its own, from the commit that holds what is kept.
 * What is kept is not merged again.
 */
export async function forkRun(
  options: AgainOptions,
  { runId, node, inputs, defaults, budget }: ForkRequest,
  idempotency?: Idempotency,
): Promise<Run> {
  const { newId, clock } = options;
  const { run, project, workflow, version, pinned, definition } = await sourceOf(options, runId);
  const { own, merges, base } = await historyOf(options, run);
  const fork = forkAt({ name: run.name, definition, tasks: own, merges, base }, node);
  const plan = planRun({
    id: newId('run'),
    project,
    workflow,
    version,
    definition: {
      ...definition,
      budget: budget ?? run.budget,
      team: await teamOf(options, run, definition, defaults),
    },
    pinned,
    inputs: { ...run.inputs, ...inputs },
    defaults,
    namesTaken: await namesTaken(options, project),
    base: fork.base,
    newId,
    now: clock(),
    forkOf: { runId, ...(node !== undefined && { node }) },
  });
  return begin(options, project, { ...plan, ...keptIn(plan, fork) }, idempotency);
}

/** What is kept, by the tasks of the new run. Pure. */
export function keptIn(
  { tasks }: RunPlan,
  { completed, skipped }: Pick<Fork, 'completed' | 'skipped'>,
): Required<Pick<RunPlan, 'inherited' | 'skipped'>> {
  const ids = new Map(tasks.map((task) => [task.node, task.id]));
  const renewed = new Map<string, TaskId>([...completed, ...skipped].map((task) => [task.id, ids.get(task.node)!]));
  const inherited = completed.map(({ id, outputs = {}, receipt, landed }): Inherited => ({
    taskId: renewed.get(id)!,
    from: id,
    outputs,
    ...(receipt && { receipt }),
    ...(landed && { landed }),
  }));
  const asBefore = skipped.map(({ id, reason = 'skipped' }) => ({
    taskId: renewed.get(id)!,
    reason: reason.replace(/tsk_\w{26}$/, (needed) => renewed.get(needed) ?? needed),
  }));
  return { inherited, skipped: asBefore };
}

/** The team as it is wanted now, else as it was in the run that is gone on from. */
async function teamOf(
  { journal }: AgainOptions,
  { id: runId }: Run,
  { team }: WorkflowDefinition,
  { runtime, provider, model }: ForkRequest['defaults'],
): Promise<AgentSpec[]> {
  const before = await journal.find({ table: 'agents', filter: { runId }, limit: TEAM_MAX }); // in the order of the team
  return team.map((member, at) =>
    member.runtime === SHELL_RUNTIME
      ? member
      : {
          ...member,
          runtime: runtime ?? before[at]?.runtime ?? member.runtime,
          provider: member.provider ?? provider ?? before[at]?.provider,
          model: member.model ?? model ?? before[at]?.model,
        },
  );
}
