import { NodeId } from '@fusion-kit/domain/workflow';
import type { OutlinedTask } from './outline.ts';

/** An id in the graph for every task: its own, `T010_1` for `T010.1`, and another one for the second task of an id. */
export function nodeIds(tasks: readonly OutlinedTask[]): string[] {
  const used = new Set<string>();
  const twice = new Map<string, number>();
  return tasks.map(({ id }) => {
    const plain = NodeId.parse(id.replace(/^(?=\d)/, 'task-').replaceAll('.', '_'));
    let free = plain;
    for (let count = twice.get(plain) ?? 2; used.has(free); count += 1) {
      free = `${plain}_again_${count}`;
      twice.set(plain, count + 1);
    }
    used.add(free);
    return free;
  });
}
