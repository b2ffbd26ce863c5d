import type { OrderedPhase } from './order.ts';
import type { OutlinedTask } from './outline.ts';

/** Where a task stands among all: a task surely ends before another begins when its block, or in the same phase its group, is lower. */
export interface Place {
  block: number;
  /** Counted through the whole list. */
  phase: number;
  /** Counted in its phase. */
  group: number;
}

/** A heading for tests, in some languages: what stands under the next heading waits for them. */
const TESTS = /^\W{0,6}(?:[A-Za-z]+ )?(?:test|prueba|テスト|测试|測試|테스트|тест)/i;

/**
 * The tasks of a phase in groups that run one after the other: a task without `[P]` is a group of its own, those with `[P]` that follow each other
 * are one; tests end before what stands under the next heading.
 */
export function groupsOf(phase: OrderedPhase, tasks: readonly OutlinedTask[]): number[][] {
  const groups: number[][] = [];
  let open: number[] | undefined;
  let section: string | undefined;
  for (const position of phase.tasks) {
    const { parallel, under } = tasks[position]!;
    const heading = under.at(-1)?.title;
    if (heading !== section && section !== undefined && TESTS.test(section)) open = undefined;
    section = heading;
    if (parallel && open) open.push(position);
    else {
      const group = [position];
      groups.push(group);
      open = parallel ? group : undefined;
    }
  }
  return groups;
}

/** The place of every task, by its position in the list. */
export function placesOf(blocks: readonly (readonly { groups: readonly number[][] }[])[], count: number): Place[] {
  const places = Array.from({ length: count }, (): Place => ({ block: 0, phase: 0, group: 0 }));
  let phase = 0;
  for (const [block, phases] of blocks.entries()) {
    for (const { groups } of phases) {
      for (const [group, members] of groups.entries()) {
        for (const position of members) places[position] = { block, phase, group };
      }
      phase += 1;
    }
  }
  return places;
}

/** Whether the barriers and groups alone make one task end before the other begins. */
export const isBefore = (one: Place, other: Place): boolean =>
  one.block < other.block || (one.phase === other.phase && one.group < other.group);
