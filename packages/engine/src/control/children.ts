import { FusionError } from '@fusion-kit/domain/errors';
import type { NewId, TaskId } from '@fusion-kit/domain/ids';
import { Scope, type Task, type TaskSpec } from '@fusion-kit/domain/task';
import { NODES_MAX, type WorkflowNode } from '@fusion-kit/domain/workflow';
import type { World } from '@fusion-kit/domain/world';

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

/** The tasks of one item or round of `parent`, tied to one another by new ids. Pure but for these. */
export function childSpecs(parent: Task, body: readonly WorkflowNode[], scope: Scope, newId: NewId): TaskSpec[] {
  const ids = new Map<string, TaskId>(body.map((node) => [node.id, newId('tsk')]));
  const unblocks = new Map<string, number>();
  for (const { needs } of body) for (const { id } of needs) unblocks.set(id, (unblocks.get(id) ?? 0) + 1);
  return body.map((node): TaskSpec => {
    const affinity = node.affinity ?? parent.affinity;
    return {
      id: ids.get(node.id)!,
      projectId: parent.projectId,
      runId: parent.runId,
      node: `${scope.prefix}${node.id}`,
      title: node.title,
      work: node.work,
      priority: node.priority === PRIORITY_USUAL ? parent.priority : node.priority,
      requires: node.requires,
      needs: node.needs.map((need) => ({ id: ids.get(need.id)!, accept: need.accept })),
      unblocks: unblocks.get(node.id) ?? 0,
      retry: node.retry,
      timeoutMs: node.timeoutMs,
      ...(node.when !== undefined && { when: node.when }),
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
