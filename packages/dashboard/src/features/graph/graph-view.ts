import type { Task } from '@fusion-kit/domain/task';
import { NODE_HEIGHT, NODE_WIDTH, type Position } from './layout.ts';

/** Below this zoom a card cannot be read; the view then shows the part that is at work instead of the whole. */
export const READABLE_ZOOM = 0.64;
const LARGEST_ZOOM = 1;
const MARGIN_PX = 28;
const FOCUS_MAX = 4;

export interface Size {
  width: number;
  height: number;
}
/** A shift in pixels, after a zoom. */
export interface View extends Position {
  zoom: number;
}

/** The view that holds the named nodes in the middle, no smaller than `leastZoom`. Undefined when none has a place. Pure. */
export function viewOf(
  places: ReadonlyMap<string, Position>,
  ids: Iterable<string>,
  size: Size,
  leastZoom: number,
): View | undefined {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const id of ids) {
    const place = places.get(id);
    if (!place) continue;
    box.left = Math.min(box.left, place.x);
    box.top = Math.min(box.top, place.y);
    box.right = Math.max(box.right, place.x + NODE_WIDTH);
    box.bottom = Math.max(box.bottom, place.y + NODE_HEIGHT);
  }
  if (box.left === Infinity) return undefined;
  const fitting = Math.min(
    (size.width - 2 * MARGIN_PX) / (box.right - box.left),
    (size.height - 2 * MARGIN_PX) / (box.bottom - box.top),
  );
  const zoom = Math.min(LARGEST_ZOOM, Math.max(leastZoom, fitting));
  return {
    x: size.width / 2 - (zoom * (box.left + box.right)) / 2,
    y: size.height / 2 - (zoom * (box.top + box.bottom)) / 2,
    zoom,
  };
}

/** What a reader should see where not everything can be: what is at work, else what comes next, else the beginning. Pure. */
export function focusOf(tasks: readonly Task[]): string[] {
  const live = tasks.filter((task) => task.state === 'running' || task.state === 'assigned');
  const next = tasks.filter((task) => task.state === 'queued');
  const chosen = [live, next, tasks].find((some) => some.length > 0) ?? [];
  return chosen.slice(0, FOCUS_MAX).map((task) => task.id);
}
