import type { WorkflowNode } from '@fusion-kit/domain/workflow';

/** The tasks in the order of the file, each join right behind the last of what it brings together. Linear. */
export function readingOrder(tasks: readonly WorkflowNode[], joins: readonly WorkflowNode[]): WorkflowNode[] {
  const missing = new Map(joins.map((join) => [join, join.needs.length]));
  const joinsOf = new Map<string, WorkflowNode[]>();
  for (const join of joins) for (const { id } of join.needs) joinsOf.set(id, [...(joinsOf.get(id) ?? []), join]);
  const ordered: WorkflowNode[] = [];
  // The list grows while it is walked: a join may complete another.
  for (const task of tasks) {
    const next = [task];
    for (const node of next) {
      ordered.push(node);
      for (const join of joinsOf.get(node.id) ?? []) {
        missing.set(join, missing.get(join)! - 1);
        if (missing.get(join) === 0) next.push(join);
      }
    }
  }
  const placed = new Set(ordered);
  return [...ordered, ...joins.filter((join) => !placed.has(join))];
}
