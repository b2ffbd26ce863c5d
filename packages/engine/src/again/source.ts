import { FusionError } from '@fusion-kit/domain/errors';
import type { RunId } from '@fusion-kit/domain/ids';
import type { Project } from '@fusion-kit/domain/project';
import type { Run } from '@fusion-kit/domain/run';
import type { BlobRef } from '@fusion-kit/domain/text';
import type { Workflow, WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { type Lookups, versionOf } from '../lookups.ts';

/** A run that is done again, and the definition that it is pinned to. */
export interface Source {
  run: Run;
  project: Project;
  workflow: Workflow;
  version: number;
  pinned: BlobRef;
  definition: WorkflowDefinition;
}

/** @throws {FusionError} `run_unknown`, `move_refused` for a standing run */
export async function sourceOf({ lookups }: { lookups: Lookups }, runId: RunId): Promise<Source> {
  const run = await lookups.row('runs', runId);
  if (!run) throw new FusionError('run_unknown', `there is no run ${runId}`);
  const { workflowId, workflowVersion: version } = run;
  if (!workflowId || !version)
    throw new FusionError('move_refused', `run ${run.name} holds tasks given by hand, which are given again by hand`);
  const [project, workflow] = await Promise.all([lookups.project(run.projectId), lookups.workflow(workflowId)]);
  const pinned = run.definition ?? versionOf(workflow, version).definition;
  return { run, project, workflow, version, pinned, definition: await lookups.definition(pinned) };
}
