import { FusionError } from '@fusion-kit/domain/errors';
import type { ProjectId } from '@fusion-kit/domain/ids';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { Project } from '@fusion-kit/domain/project';
import type { Rows, Table } from '@fusion-kit/domain/row';
import type { BlobRef } from '@fusion-kit/domain/text';
import { type Workflow, WorkflowDefinition } from '@fusion-kit/domain/workflow';
import type { Writer } from './writer.ts';

export interface LookupOptions {
  writer: Writer;
  journal: Journal;
  blobs: Blobs;
}

/** Finds what people name: in memory, else in the journal. */
export class Lookups {
  readonly #options: LookupOptions;

  constructor(options: LookupOptions) {
    this.#options = options;
  }

  async row<T extends Table>(table: T, id: string): Promise<Rows[T] | undefined> {
    const { writer, journal } = this.#options;
    const held = await writer.read((world) => world.get(table, id));
    return held ?? (await journal.find({ table, ids: [id], limit: 1 }))[0];
  }

  /** The row behind the reply to a command. */
  async made<T extends Table>(table: T, reply: unknown): Promise<Rows[T]> {
    const row = await this.row(table, String(reply));
    if (!row) throw new FusionError('internal', `${String(reply)} was accepted but is not there`);
    return row;
  }

  /** @throws {FusionError} `project_unknown` */
  async project(id: ProjectId): Promise<Project> {
    const project = await this.row('projects', id);
    if (!project || project.state === 'deleted') throw new FusionError('project_unknown', `there is no project ${id}`);
    return project;
  }

  /** @throws {FusionError} `workflow_unknown` */
  async workflow(id: string): Promise<Workflow> {
    const workflow = await this.row('workflows', id);
    if (!workflow) throw new FusionError('workflow_unknown', `there is no workflow ${id}`);
    return workflow;
  }

  /** A workflow of a project that is not archived. @throws {FusionError} `workflow_unknown` */
  async workflowNamed(projectId: ProjectId, name: string): Promise<Workflow> {
    const isMeant = (each: Workflow) => each.projectId === projectId && each.name === name && each.state !== 'archived';
    const workflow = await this.#options.writer.read((world) => [...world.all('workflows')].find(isMeant));
    if (workflow) return workflow;
    throw new FusionError('workflow_unknown', `this project has no workflow called ${name}`, {
      remedy: 'Save it first, or correct the name; list workflows with `fusion-kit workflow list`.',
    });
  }

  async definition({ blob }: BlobRef): Promise<WorkflowDefinition> {
    return WorkflowDefinition.parse(JSON.parse(await this.#options.blobs.get(blob)));
  }
}

/** Where a version of a workflow is kept; the latest one by default. Pure. @throws {FusionError} `workflow_unknown` */
export function versionOf(
  { name, version: latest, versions }: Workflow,
  version = latest,
): Workflow['versions'][number] {
  const wanted = versions.find((each) => each.version === version);
  if (wanted) return wanted;
  throw new FusionError('workflow_unknown', `workflow ${name} has no version ${version}; the latest is ${latest}`, {
    remedy: 'List its versions with `fusion-kit workflow versions`.',
  });
}
