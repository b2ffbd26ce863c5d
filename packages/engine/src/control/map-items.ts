import { FusionError } from '@fusion-kit/domain/errors';
import { isList, type Json, kindOfValue } from '@fusion-kit/domain/expression/values';
import type { TaskId } from '@fusion-kit/domain/ids';
import { MAP_ITEMS_MAX } from '@fusion-kit/domain/nodes/map';
import type { Task } from '@fusion-kit/domain/task';
import type { World } from '@fusion-kit/domain/world';
import { type Broken, brokenIn, roundOf } from './ended.ts';

/** Maps whose lists are kept at a time. */
const KEPT_MAX = 32;

/** A map under way: its list, which items are open, what was broken in those that ended. Everything in it can be found out again. */
export interface Items {
  readonly list: readonly Json[];
  /** Items up to this one were seen begun. */
  seen: number;
  readonly open: Set<number>;
  readonly broken: Map<number, Broken>;
}

/** What is known of the maps that were looked at last, so that a list is read once and not for every item. */
export class MapItems {
  readonly #maps = new Map<TaskId, Items>();

  /** The items of a map as they are now; `read` gives its list when that is not known. */
  async of(world: World, task: Task, read: () => Promise<readonly Json[]>): Promise<Items> {
    const known = this.#maps.get(task.id);
    const items = known ?? { list: await read(), seen: 0, open: new Set(), broken: new Map() };
    this.#maps.delete(task.id);
    this.#maps.set(task.id, items);
    for (const [oldest] of this.#maps) {
      if (this.#maps.size <= KEPT_MAX) break;
      this.#maps.delete(oldest);
    }
    refresh(world, task, items);
    return items;
  }

  forget(id: TaskId): void {
    this.#maps.delete(id);
  }
}

function refresh(world: World, task: Task, items: Items): void {
  const begun = task.spread?.opened ?? 0;
  for (; items.seen < begun; items.seen += 1) items.open.add(items.seen + 1);
  for (const index of items.open) {
    if (world.openChildren(task.id, index) > 0) continue;
    items.open.delete(index);
    const broken = brokenIn(world, roundOf(world, task, index));
    if (broken) items.broken.set(index, broken);
  }
}

/**
 * The items of what a map goes over: a list, a text that is a list in JSON, or else the lines of a text that say something. Pure.
 * @throws {FusionError} `expression_invalid`, `workflow_too_large`
 */
export function itemsOf(value: Json, node: string): readonly Json[] {
  const list = typeof value === 'string' ? itemsOfText(value) : value;
  if (!isList(list))
    throw new FusionError('expression_invalid', `${node} goes over ${kindOfValue(list)}, which is not a list`, {
      remedy: 'Let `over` be a list, a text that is a list in JSON, or a text with one item on every line.',
    });
  if (list.length <= MAP_ITEMS_MAX) return list;
  throw new FusionError(
    'workflow_too_large',
    `${node} goes over ${list.length} items, more than the ${MAP_ITEMS_MAX} that a map may have`,
  );
}

function itemsOfText(text: string): Json {
  try {
    const value = JSON.parse(text) as Json;
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // not JSON: its lines
  }
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
