import { isEnded, type Task } from '@fusion-kit/domain/task';
import type { LiveStore } from './live-store.ts';

/** How far a task is that has others inside it; counted are the items of a map, the rounds of a loop, the nodes of a sub-workflow. */
export interface Inside {
  ended: number;
  /** Of how many; undefined where that is not known. */
  of: number | undefined;
  atWork: number;
  failed: number;
}

interface Unit {
  open: boolean;
  atWork: boolean;
  failed: boolean;
}

/** Pure. */
export function insideOf(store: LiveStore, task: Pick<Task, 'id' | 'work' | 'spread'>): Inside {
  const units = new Map<string | number, Unit>();
  for (const id of store.world.childrenOf(task.id)) {
    const child = store.world.get('tasks', id);
    if (!child?.scope) continue;
    const key = task.work.kind === 'subworkflow' ? id : child.scope.index;
    const unit = units.get(key) ?? { open: false, atWork: false, failed: false };
    unit.open ||= !isEnded(child.state);
    unit.atWork ||= child.state === 'running' || child.state === 'assigned';
    unit.failed ||= child.state === 'failed';
    units.set(key, unit);
  }
  const inside: Inside = { ended: 0, of: expected(task, units.size), atWork: 0, failed: 0 };
  for (const unit of units.values()) {
    inside.ended += Number(!unit.open);
    inside.atWork += Number(unit.atWork);
    inside.failed += Number(unit.failed);
  }
  return inside;
}

function expected({ work, spread }: Pick<Task, 'work' | 'spread'>, seen: number): number | undefined {
  if (work.kind === 'loop') return undefined;
  return work.kind === 'map' ? spread?.of : seen || undefined;
}

/** `3 of 7 · 2 at work · 1 failed`, `round 2 of at most 5`. Pure. */
export function insideLine(task: Pick<Task, 'work' | 'state' | 'spread'>, inside: Inside): string {
  const failed = inside.failed > 0 ? [`${inside.failed} failed`] : [];
  if (task.work.kind === 'loop') return [rounds(task.work.max, task), ...failed].join(' · ');
  if (inside.of === undefined) return 'nothing inside yet';
  const atWork = inside.atWork > 0 ? [`${inside.atWork} at work`] : [];
  return [`${inside.ended} of ${inside.of}`, ...atWork, ...failed].join(' · ');
}

function rounds(max: number, { state, spread }: Pick<Task, 'state' | 'spread'>): string {
  const opened = spread?.opened ?? 0;
  if (opened === 0) return `at most ${max} ${max === 1 ? 'round' : 'rounds'}`;
  return isEnded(state) ? `${opened} ${opened === 1 ? 'round' : 'rounds'}` : `round ${opened} of at most ${max}`;
}

/** Tasks inside one, by item or round, in their order. Pure. */
export function itemsOf(children: readonly Task[]): Map<number, Task[]> {
  const items = new Map<number, Task[]>();
  for (const child of children) {
    const index = child.scope?.index ?? 1;
    const own = items.get(index);
    if (own) own.push(child);
    else items.set(index, [child]);
  }
  return items;
}

/** The outermost task around one: the node of the workflow itself, which is what a run can be gone on from. Pure. */
export function ownNodeOf(store: LiveStore, task: Task): Task {
  let around = task;
  for (let parent = task.scope?.parent; parent; parent = around.scope?.parent) {
    const found: Task | undefined = store.world.get('tasks', parent);
    if (!found) break;
    around = found;
  }
  return around;
}
