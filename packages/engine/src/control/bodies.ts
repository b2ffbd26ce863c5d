import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Run } from '@fusion-kit/domain/run';
import { WorkflowDefinition, type WorkflowNode } from '@fusion-kit/domain/workflow';
import { nodePath } from '../node-names.ts';

/** Bytes of definitions that are kept read, beside the latest one. */
const KEPT_BYTES_MAX = 16_000_000;

/** The nodes inside tasks, as the definitions that their runs are pinned to have them. A definition is read once for all the runs that need it at a time. */
export class Bodies {
  readonly #blobs: Blobs;
  /** By digest, the one that was asked for last at the end. */
  readonly #definitions = new Map<string, { size: number; read: Promise<WorkflowDefinition> }>();

  constructor(blobs: Blobs) {
    this.#blobs = blobs;
  }

  /**
   * The nodes inside a node; `node` is its id with the prefixes of its scopes.
   * @throws {FusionError} `blob_unknown`, `workflow_invalid` when it has none
   */
  async of(run: Run, node: string): Promise<readonly WorkflowNode[]> {
    if (!run.definition) throw new FusionError('workflow_invalid', `run ${run.name} (${run.id}) has no definition`);
    const { nodes } = await this.#definition(run.definition);
    const body = nodePath(node).reduce<readonly WorkflowNode[] | undefined>(
      (inside, id) => inside?.find((each) => each.id === id)?.body,
      nodes,
    );
    if (!body) throw new FusionError('workflow_invalid', `there is nothing inside of ${node}`);
    return body;
  }

  #definition({ blob, size }: NonNullable<Run['definition']>): Promise<WorkflowDefinition> {
    const known = this.#definitions.get(blob);
    const read = known?.read ?? this.#blobs.get(blob).then((text) => WorkflowDefinition.parse(JSON.parse(text)));
    this.#definitions.delete(blob);
    this.#definitions.set(blob, { size, read });
    let kept = -size;
    for (const each of this.#definitions.values()) kept += each.size;
    for (const [digest, each] of this.#definitions) {
      if (kept <= KEPT_BYTES_MAX || digest === blob) break;
      this.#definitions.delete(digest);
      kept -= each.size;
    }
    read.catch(() => this.#definitions.delete(blob)); // the next one who asks tries again
    return read;
  }
}
