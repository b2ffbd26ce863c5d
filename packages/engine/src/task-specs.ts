import type { NewId, ProjectId, RunId, TaskId } from '@fusion-kit/domain/ids';
import type { TaskSpec } from '@fusion-kit/domain/task';
import type { WorkflowNode } from '@fusion-kit/domain/workflow';

/** Where tasks come to be; `prefix` stands before the ids of their nodes, which together are their names. */
export interface TaskPlace {
  projectId: ProjectId;
  runId: RunId;
  prefix?: string;
}

/** A task for every node of one graph, tied to one another by new ids. What lies inside a node becomes tasks when its turn comes. Pure but for the ids. */
export function taskSpecs(
  nodes: readonly WorkflowNode[],
  { projectId, runId, prefix = '' }: TaskPlace,
  newId: NewId,
): TaskSpec[] {
  const ids = new Map<string, TaskId>(nodes.map((node) => [node.id, newId('tsk')]));
  const unblocks = new Map<string, number>();
  for (const { needs } of nodes) for (const { id } of needs) unblocks.set(id, (unblocks.get(id) ?? 0) + 1);
  return nodes.map((node): TaskSpec => ({
    id: ids.get(node.id)!,
    projectId,
    runId,
    node: `${prefix}${node.id}`,
    title: node.title,
    work: node.work,
    priority: node.priority,
    requires: node.requires,
    needs: node.needs.map((need) => ({ id: ids.get(need.id)!, accept: need.accept })),
    unblocks: unblocks.get(node.id) ?? 0,
    retry: node.retry,
    timeoutMs: node.timeoutMs,
    ...(node.when !== undefined && { when: node.when }),
    ...(node.affinity !== undefined && { affinity: node.affinity }),
  }));
}
