import { FusionError } from '@fusion-kit/domain/errors';
import type { NewId } from '@fusion-kit/domain/ids';
import { Scope, type Task, type TaskSpec } from '@fusion-kit/domain/task';
import { NODES_MAX, type WorkflowNode } from '@fusion-kit/domain/workflow';
import type { World } from '@fusion-kit/domain/world';
import { taskSpecs } from '../task-specs.ts';

/** What a node has whose file says nothing of its priority: it goes with the node it is in. */
const PRIORITY_USUAL = 5;
const PREFIX_MAX = Scope.shape.prefix.maxLength ?? 600;

/** What the names of all tasks of an item or round start with. @throws {FusionError} `workflow_too_large` */
export function prefixOf({ node, work }: Task, index: number): string {
  const mark = work.kind === 'map' ? `[${index}]` : work.kind === 'loop' ? `#${index}` : '';
  const prefix = `${node}${mark}/`;
  if (prefix.length <= PREFIX_MAX) return prefix;
  throw new FusionError(
    'workflow_too_large',
    `what runs inside ${node} would have names that are longer than the ${PREFIX_MAX} characters there is room for`,
    { remedy: 'Give the nodes around it shorter ids, or put fewer of them into one another.' },
  );
}

/** The tasks of one item or round of `parent`. Priority and affinity are those of `parent` where a node has none of its own. Pure but for the new ids. */
export function childSpecs(parent: Task, body: readonly WorkflowNode[], scope: Scope, newId: NewId): TaskSpec[] {
  const { projectId, runId } = parent;
  return taskSpecs(body, { projectId, runId, prefix: scope.prefix }, newId).map((spec) => {
    const affinity = spec.affinity ?? parent.affinity;
    return {
      ...spec,
      priority: spec.priority === PRIORITY_USUAL ? parent.priority : spec.priority,
      ...(affinity !== undefined && { affinity }),
      scope,
    };
  });
}

/** Refuses more tasks than a run may have. @throws {FusionError} `workflow_too_large` */
export function requireRoom(world: World, { node, runId }: Task, more: number): void {
  const there = world.taskCount(runId);
  if (there + more <= NODES_MAX) return;
  throw new FusionError(
    'workflow_too_large',
    `${node} would bring the run from ${there} to ${there + more} tasks, more than the ${NODES_MAX} it may have`,
  );
}
