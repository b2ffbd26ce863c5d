import type { Block } from './blocks.ts';
import type { OutlinedTask } from './outline.ts';
import type { Phase } from './phases.ts';
import type { Oddities } from './warnings.ts';

/** One phase with its tasks in an order that no dependency speaks against. */
export interface OrderedPhase {
  phase: Phase;
  /** Positions in the whole list. */
  tasks: number[];
}

/**
 * The tasks of every block in the order in which they are chained. It is the file's order, but a task that depends on a later one comes right after
 * that, in the later one's phase when there is a barrier between them. `explicit` has no circle; `order` is that of all tasks together.
 */
export function orderedBlocks(
  blocks: readonly Block[],
  tasks: readonly OutlinedTask[],
  explicit: readonly number[][],
  odd: Oddities,
): { blocks: OrderedPhase[][]; order: number[] } {
  const home = homes(blocks, tasks);
  const turn = Uint32Array.from(tasks.keys());
  const visited = new Uint32Array(tasks.length);
  for (const [count, position] of topological(explicit).entries()) {
    visited[position] = count;
    const own = home[position]!;
    for (const need of explicit[position]!) {
      turn[position] = Math.max(turn[position]!, turn[need]!);
      const other = home[need]!;
      if (other.block <= home[position]!.block) continue;
      home[position] = other;
    }
    const now = home[position]!;
    if (now !== own) {
      const { id, line } = tasks[position]!;
      odd.add(
        'tasks wait for a later phase',
        line,
        `${id} depends on a task of a later phase, so it runs in that one: ${now.phase.title}`,
      );
    }
  }
  const order = [...tasks.keys()].toSorted(
    (left, right) =>
      home[left]!.block - home[right]!.block || turn[left]! - turn[right]! || visited[left]! - visited[right]!,
  );
  const byPhase = new Map<Phase, number[]>(blocks.flatMap(({ phases }) => phases.map((phase) => [phase, []])));
  for (const position of order) byPhase.get(home[position]!.phase)!.push(position);
  return { blocks: blocks.map(({ phases }) => phases.map((phase) => ({ phase, tasks: byPhase.get(phase)! }))), order };
}

interface Home {
  block: number;
  phase: Phase;
}

function homes(blocks: readonly Block[], tasks: readonly OutlinedTask[]): Home[] {
  const byTask = new Map<OutlinedTask, Home>();
  for (const [block, { phases }] of blocks.entries()) {
    for (const phase of phases) {
      const home = { block, phase };
      for (const task of phase.tasks) byTask.set(task, home);
    }
  }
  return tasks.map((task) => byTask.get(task)!);
}

/** Positions so that each comes after what it needs; in file order where nothing speaks against it. */
function topological(needs: readonly number[][]): number[] {
  const open = needs.map((own) => own.length);
  const next: number[][] = needs.map(() => []);
  for (const [position, own] of needs.entries()) for (const need of own) next[need]!.push(position);
  const order = [...needs.keys()].filter((position) => open[position] === 0);
  for (const position of order) for (const one of next[position]!) if ((open[one]! -= 1) === 0) order.push(one);
  return order;
}
