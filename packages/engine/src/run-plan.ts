import { type AgentSpec, SHELL_RUNTIME } from '@fusion-kit/domain/agent';
import type { CommandOf } from '@fusion-kit/domain/command';
import { FusionError } from '@fusion-kit/domain/errors';
import type { AgentId, NewId, RunId } from '@fusion-kit/domain/ids';
import type { Project } from '@fusion-kit/domain/project';
import type { RunSpec } from '@fusion-kit/domain/run';
import type { TaskSpec } from '@fusion-kit/domain/task';
import type { BlobRef } from '@fusion-kit/domain/text';
import type { Workflow, WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { shellAgents } from './shell-agents.ts';
import { taskSpecs } from './task-specs.ts';

export interface RunPlan {
  spec: RunSpec;
  tasks: TaskSpec[];
  agents: { id: AgentId; spec: AgentSpec }[];
  /** What another run has done or skipped already, by the tasks of this one. */
  inherited?: CommandOf<'run.start'>['inherited'];
  skipped?: CommandOf<'run.start'>['skipped'];
}

export interface RunPlanRequest {
  id: RunId;
  project: Project;
  workflow: Pick<Workflow, 'id'>;
  version: number;
  /** With the sub-workflows it names put in, and where it is kept so. */
  definition: WorkflowDefinition;
  pinned: BlobRef;
  inputs: Readonly<Record<string, string>>;
  /** For team members that name none. */
  defaults: { runtime?: string | undefined; provider?: string | undefined; model?: string | undefined };
  /** Names that living agents of the project have. */
  namesTaken: ReadonlySet<string>;
  /** The user's commit to start from; absent without git. */
  base?: string | undefined;
  newId: NewId;
  now: number;
  /** The longest that the run may take, in place of what the definition says. */
  timeoutMs?: number | undefined;
  forkOf?: RunSpec['forkOf'];
}

/** What the inputs of a run may take, in characters of JSON: the event of its start holds them. */
const INPUTS_MAX = 6_000;

/** What a run of a definition consists of: a task for every node, but for those inside others, which come when those begin. Pure but for the new ids. @throws {FusionError} `input_missing`, `workflow_too_large` */
export function planRun(request: RunPlanRequest): RunPlan {
  const { id, project, workflow, definition, defaults, newId, base } = request;
  const team = [...definition.team, ...shellAgents(definition)].map((member) =>
    member.runtime === SHELL_RUNTIME
      ? member
      : {
          ...member,
          provider: member.provider ?? defaults.provider,
          model: member.model ?? defaults.model,
          runtime: defaults.runtime ?? member.runtime,
        },
  );
  const timeoutMs = request.timeoutMs ?? definition.timeoutMs;
  const spec: RunSpec = {
    id,
    projectId: project.id,
    workflowId: workflow.id,
    workflowVersion: request.version,
    name: definition.name,
    inputs: inputsOf(definition, request.inputs),
    ...(base && { base, branch: branchName(definition.name, id) }),
    setup: definition.setup,
    check: definition.check,
    ...(definition.hosts && { hosts: definition.hosts }),
    ...(definition.secrets && { secrets: definition.secrets }),
    budget: definition.budget,
    definition: { ...request.pinned, preview: '' }, // nobody reads it there, and the event holds inputs and commands
    ...(definition.concurrency !== undefined && { concurrency: definition.concurrency }),
    ...(timeoutMs !== undefined && { deadlineAt: request.now + timeoutMs }),
    ...(definition.stall && { stall: definition.stall }),
    ...(definition.proposals && { proposals: definition.proposals }),
    ...(request.forkOf && { forkOf: request.forkOf }),
  };
  const tasks = taskSpecs(definition.nodes, { projectId: project.id, runId: id }, newId);
  return { spec, tasks, agents: named(team, request.namesTaken).map((member) => ({ id: newId('agt'), spec: member })) };
}

/** `fusion/<name>-<end of the id>`: readable, and its own for every run. Pure. */
export function branchName(name: string, id: RunId): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return `fusion/${slug || 'run'}-${id.slice(-8).toLowerCase()}`;
}

function inputsOf({ inputs }: WorkflowDefinition, given: Readonly<Record<string, string>>): Record<string, string> {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(inputs, name));
  if (unknown.length > 0) {
    const known = Object.keys(inputs).join(', ') || 'none';
    throw new FusionError('input_missing', `this workflow has no input ${unknown.join(', ')}`, {
      remedy: `Its inputs: ${known}.`,
    });
  }
  const values = Object.entries(inputs).map(([name, input]) => [name, given[name] ?? input.default] as const);
  const missing = values.filter(([, value]) => value === undefined).map(([name]) => name);
  if (missing.length > 0)
    throw new FusionError(
      'input_missing',
      `${missing.length === 1 ? 'input' : 'inputs'} ${missing.join(', ')} must be given`,
    );
  const filled = Object.fromEntries(values.map(([name, value]) => [name, value ?? '']));
  const size = JSON.stringify(filled).length;
  if (size > INPUTS_MAX)
    throw new FusionError('workflow_too_large', `the inputs take ${size} characters, more than ${INPUTS_MAX}`);
  return filled;
}

/** The team under names nobody alive has: `ada`, else `ada-2` and so on. */
function named(team: readonly AgentSpec[], taken: ReadonlySet<string>): AgentSpec[] {
  const used = new Set(taken);
  return team.map((member) => {
    let name = member.name;
    for (let count = 2; used.has(name); count += 1) name = `${member.name.slice(0, 36)}-${count}`;
    used.add(name);
    return { ...member, name };
  });
}
