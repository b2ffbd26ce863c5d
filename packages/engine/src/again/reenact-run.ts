import { AgentSpec, SHELL_RUNTIME } from '@fusion-kit/domain/agent';
import { FusionError } from '@fusion-kit/domain/errors';
import type { RunId } from '@fusion-kit/domain/ids';
import { recordedProviderId } from '@fusion-kit/domain/recorded-provider';
import type { Run } from '@fusion-kit/domain/run';
import type { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import type { Idempotency } from '../engine.ts';
import { planRun } from '../run-plan.ts';
import { begin } from '../start-run.ts';
import { type Cast, type Casts, withPart } from './casts.ts';
import { type AgainOptions, keptIn, TEAM_MAX } from './fork-run.ts';
import { isOwn, tasksOf } from './run-history.ts';
import { sourceOf } from './source.ts';

export interface ReenactRequest {
  runId: RunId;
  /** That of agents that name none. */
  provider: string;
}

/**
 * Starts a run that enacts another one again: from the commit that one began at and with what it had kept, each task done by the agent that did it then, every model
 * answering as it did then.
 * @throws {FusionError} `run_unknown`, `move_refused` when it has no record of its own, `agent_name_taken` when a living agent has the name of one who took part
 */
export async function reenactRun(
  options: AgainOptions & { casts: Casts },
  { runId, provider }: ReenactRequest,
  idempotency?: Idempotency,
): Promise<Run> {
  const { newId, clock, casts } = options;
  const { run, project, workflow, version, pinned, definition } = await sourceOf(options, runId);
  if (run.forkOf?.enacts)
    throw new FusionError('move_refused', `run ${run.name} (${runId}) was itself enacted from a record`, {
      remedy: `Enact the run that was recorded: \`fusion-kit run reenact ${run.forkOf.runId}\`.`,
    });
  const cast = await casts.of(runId);
  const plan = planRun({
    id: newId('run'),
    project,
    workflow,
    version,
    definition: { ...definition, budget: run.budget, team: await teamOf(options, run, { definition, cast, provider }) },
    pinned,
    inputs: run.inputs,
    defaults: {},
    namesTaken: new Set(), // agents are told their names, so that another name would be another conversation
    base: run.base,
    newId,
    now: clock(),
    forkOf: { runId, enacts: true },
  });
  const tasks = plan.tasks.map((task) => withPart(task, cast));
  return begin(options, project, { ...plan, tasks, ...keptIn(plan, await keptFrom(options, run)) }, idempotency);
}

/** Everybody who was there: the run's own, and agents of the project who lent a hand. Those without a model are as the workflow says. */
async function teamOf(
  { journal }: AgainOptions,
  { id: runId }: Run,
  { definition, cast, provider }: { definition: WorkflowDefinition; cast: Cast; provider: string },
): Promise<AgentSpec[]> {
  const own = await journal.find({ table: 'agents', filter: { runId }, limit: TEAM_MAX });
  const guests = cast.agents.filter((agent) => agent.runId === undefined);
  const thinking = [...own, ...guests].filter(({ runtime }) => runtime !== SHELL_RUNTIME);
  return [
    ...definition.team.filter(({ runtime }) => runtime === SHELL_RUNTIME),
    ...thinking.map((agent) => ({
      ...AgentSpec.parse(agent),
      provider: recordedProviderId(runId, agent.provider ?? provider),
    })),
  ];
}

/** What the run had kept of another one when it began, which its record does not hold. */
async function keptFrom(options: AgainOptions, run: Run) {
  const own = [];
  if (run.forkOf) for await (const tasks of tasksOf(options, run)) own.push(...tasks.filter(isOwn));
  return {
    completed: own.filter(({ inheritedFrom }) => inheritedFrom !== undefined),
    // Those that a condition skipped at once are skipped again either way.
    skipped: own.filter(({ state, createdAt, finishedAt }) => state === 'skipped' && finishedAt === createdAt),
  };
}
