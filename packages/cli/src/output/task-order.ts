import type { Task } from '@fusion-kit/domain/task';

/** The tasks in the order of their making, what runs inside a task right behind it. Linear. */
export function asTree<One extends Pick<Task, 'id' | 'scope'>>(tasks: readonly One[]): One[] {
  const known = new Set<string>(tasks.map(({ id }) => id));
  const inside = new Map<string, One[]>();
  const top: One[] = [];
  for (const task of tasks) {
    const parent = task.scope?.parent;
    if (parent === undefined || !known.has(parent)) top.push(task);
    else if (inside.has(parent)) inside.get(parent)!.push(task);
    else inside.set(parent, [task]);
  }
  const rest = top.toReversed();
  const ordered: One[] = [];
  for (let next = rest.pop(); next; next = rest.pop()) {
    ordered.push(next);
    for (const child of (inside.get(next.id) ?? []).toReversed()) rest.push(child);
  }
  return ordered;
}
