import { type AgentSpec, SHELL_RUNTIME } from '@fusion-kit/domain/agent';
import type { Inherited } from '@fusion-kit/domain/command';
import { FusionError } from '@fusion-kit/domain/errors';
import type { TaskId } from '@fusion-kit/domain/ids';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import { recordedProviderId } from '@fusion-kit/domain/recorded-provider';
import type { Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import type { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import type { ForkRequest, Idempotency } from './engine.ts';
import { type Fork, forkAt, type Merge, ownNodeOf } from './fork.ts';
import { versionOf } from './lookups.ts';
import { pages } from './load.ts';
import { planRun, type RunPlan } from './run-plan.ts';
import { runEvents } from './run-events.ts';
import { begin, namesTaken, type StartOptions } from './start-run.ts';

export interface ForkOptions extends StartOptions {
  journal: Journal;
}

const TEAM_MAX = 500;

/**
 * Starts a run that goes on from another one, which stays as it is: with the same definition, on a branch of its own, from the commit that holds what is kept.
 * What is kept is not merged again.
 */
export async function forkRun(
  options: ForkOptions,
  { runId, node, inputs, defaults, budget, reenact }: ForkRequest,
  idempotency?: Idempotency,
): Promise<Run> {
  const { lookups, newId, clock } = options;
  const run = await lookups.row('runs', runId);
  if (!run) throw new FusionError('run_unknown', `there is no run ${runId}`);
  if (!run.workflowId || !run.workflowVersion)
    throw new FusionError('move_refused', `run ${run.name} holds tasks given by hand, which are given again by hand`);
  const project = await lookups.project(run.projectId);
  const workflow = await lookups.workflow(run.workflowId);
  const pinned = run.definition ?? versionOf(workflow, run.workflowVersion).definition;
  const definition = await lookups.definition(pinned);
  const { own, merges, base } = await historyOf(options, run);
  if (reenact && run.forkOf)
    throw new FusionError('move_refused', `run ${run.name} kept work of another run, which its record does not hold`);
  const fork: Fork = reenact
    ? { base: run.base, completed: [], skipped: [] }
    : forkAt({ name: run.name, definition, tasks: own, merges, base }, node);
  const team = await teamOf(options, run, definition, defaults);
  const plan = planRun({
    id: newId('run'),
    project,
    workflow,
    version: run.workflowVersion,
    definition: {
      ...definition,
      budget: budget ?? run.budget,
      team: reenact ? team.map((member) => fromRecord(member, run, reenact.provider)) : team,
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

/** A member whose model answers as it did in that run. */
const fromRecord = (member: AgentSpec, { id }: Run, provider: string): AgentSpec =>
  member.runtime === SHELL_RUNTIME
    ? member
    : { ...member, provider: recordedProviderId(id, member.provider ?? provider) };

/** What is kept, by the tasks of the new run. */
function keptIn({ tasks }: RunPlan, { completed, skipped }: Fork): Required<Pick<RunPlan, 'inherited' | 'skipped'>> {
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

interface History {
  /** The tasks of the workflow's own nodes. */
  own: Task[];
  merges: Merge[];
  base: string | undefined;
}

/** What a run came to by now. What it has kept of another run was merged in that one, so that belongs to its history. */
async function historyOf(options: ForkOptions, run: Run): Promise<History> {
  const own: Task[] = [];
  const nodes = new Map<string, string>();
  for await (const rows of tasksOf(options, run)) {
    for (const task of rows) {
      nodes.set(task.id, ownNodeOf(task.node));
      if (!task.scope && !task.proposedBy) own.push(task); // what was proposed then may be proposed again
    }
  }
  const merges = (await mergesOf(options, run)).map(({ taskId, commit }) => ({
    node: nodes.get(taskId) ?? '',
    commit,
  }));
  const source = run.forkOf && (await options.lookups.row('runs', run.forkOf.runId));
  if (!source) return { own, merges, base: run.base };
  const before = await historyOf(options, source);
  const kept = before.merges.slice(0, before.merges.findLastIndex(({ commit }) => commit === run.base) + 1);
  return { own, merges: [...kept, ...merges], base: before.base };
}

async function* tasksOf({ writer, journal }: ForkOptions, { id: runId }: Run): AsyncGenerator<readonly Task[]> {
  const held = await writer.read((world) => (world.get('runs', runId) ? [...world.tasksOf(runId)] : undefined));
  if (held) yield held;
  else yield* pages(journal, { table: 'tasks', runId });
}

/** Everything that was merged for a run, in order. */
async function mergesOf({ journal }: ForkOptions, { id: runId }: Run): Promise<{ taskId: TaskId; commit: string }[]> {
  const merges: { taskId: TaskId; commit: string }[] = [];
  for await (const entries of runEvents(journal, runId, { types: ['task.completed'] }))
    for (const { event } of entries)
      if (event.type === 'task.completed' && event.landed)
        merges.push({ taskId: event.taskId, commit: event.landed.commit });
  return merges;
}

/** The team as it is wanted now, else as it was in the run that is gone on from. */
async function teamOf(
  { journal }: ForkOptions,
  { id: runId }: Run,
  { team }: WorkflowDefinition,
  { runtime, provider, model }: ForkRequest['defaults'],
): Promise<WorkflowDefinition['team']> {
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
