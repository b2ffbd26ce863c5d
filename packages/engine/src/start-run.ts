import { FusionError } from '@fusion-kit/domain/errors';
import type { NewId, ProjectId } from '@fusion-kit/domain/ids';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { ProjectStore } from '@fusion-kit/domain/ports/workspaces';
import type { Project } from '@fusion-kit/domain/project';
import type { Run } from '@fusion-kit/domain/run';
import type { BlobRef } from '@fusion-kit/domain/text';
import type { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import type { Idempotency, RunRequest } from './engine.ts';
import { type Lookups, versionOf } from './lookups.ts';
import { namesOthers, pinnedDefinition } from './pinned-definition.ts';
import { planRun, type RunPlan } from './run-plan.ts';
import { canonicalJson } from './state-hash.ts';
import type { Writer } from './writer.ts';

export interface StartOptions {
  lookups: Lookups;
  writer: Writer;
  blobs: Blobs;
  store: ProjectStore;
  newId: NewId;
  clock: () => number;
}

/** Where work on a project starts: the user's present commit, fetched into the store. */
export const baseOf = async (store: ProjectStore, project: Project): Promise<string | undefined> =>
  project.kind === 'git' ? (await store.refresh(project)).head : undefined;

/** Starts the latest version of a workflow. */
export async function startRun(
  options: StartOptions,
  { workflowId, inputs, defaults, timeoutMs }: RunRequest,
  idempotency?: Idempotency,
): Promise<Run> {
  const { lookups, store, newId, clock } = options;
  const workflow = await lookups.workflow(workflowId);
  if (workflow.state === 'archived') throw new FusionError('move_refused', `workflow ${workflow.name} is archived`);
  const kept = versionOf(workflow);
  const [project, { definition, pinned }] = await Promise.all([
    lookups.project(workflow.projectId),
    pin(options, workflow.projectId, kept.definition),
  ]);
  const plan = planRun({
    id: newId('run'),
    project,
    workflow,
    version: kept.version,
    definition,
    pinned,
    inputs,
    defaults,
    timeoutMs,
    namesTaken: await namesTaken(options, project),
    base: await baseOf(store, project),
    newId,
    now: clock(),
  });
  return begin(options, project, plan, idempotency);
}

/** Names that living agents of a project have who belong to no run. */
export const namesTaken = ({ writer }: StartOptions, { id }: Project): Promise<Set<string>> =>
  writer.read((world) => new Set([...world.agentsOf(id)].flatMap(({ name, runId }) => (runId ? [] : [name]))));

/** Puts the branch of a planned run where it starts, then has it decided. A repeated request finds the run that it led to. */
export async function begin(
  { lookups, writer, store }: StartOptions,
  project: Project,
  plan: RunPlan,
  idempotency: Idempotency | undefined,
): Promise<Run> {
  const { id, base, branch } = plan.spec;
  const repeated = idempotency && (await lookups.row('keys', idempotency.key));
  if (base && branch && !repeated) await store.start(project, { id, branch, base });
  return lookups.made('runs', (await writer.submit({ type: 'run.start', ...plan }, idempotency, id)).reply);
}

/** A definition as a run is pinned to it. One that names no other workflows is kept as it was saved. */
async function pin(
  { lookups, blobs }: StartOptions,
  projectId: ProjectId,
  kept: BlobRef,
): Promise<{ definition: WorkflowDefinition; pinned: BlobRef }> {
  const saved = await lookups.definition(kept);
  if (!namesOthers(saved.nodes)) return { definition: saved, pinned: kept };
  const definition = await pinnedDefinition(saved, async (name, version) =>
    lookups.definition(versionOf(await lookups.workflowNamed(projectId, name), version).definition),
  );
  return { definition, pinned: await blobs.put(canonicalJson(definition)) };
}
