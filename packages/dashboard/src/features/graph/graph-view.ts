import type { Task } from '@fusion-kit/domain/task';
import type { Box, Size } from './layout.ts';

/** Below this zoom a card cannot be read; the view then shows the part that is at work instead of the whole. */
export const READABLE_ZOOM = 0.64;
const LARGEST_ZOOM = 1;
const MARGIN_PX = 28;
const FOCUS_MAX = 4;

/** A shift in pixels, after a zoom. */
export interface View {
  x: number;
  y: number;
  zoom: number;
}

/** The view that holds the named nodes in the middle, no smaller than `leastZoom`. Undefined when none has a place. Pure. */
export function viewOf(
  places: ReadonlyMap<string, Box>,
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
    box.right = Math.max(box.right, place.x + place.width);
    box.bottom = Math.max(box.bottom, place.y + place.height);
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

/** What a reader should see where not everything can be: what waits for a person, then what is at work, else what comes next, else the beginning. Pure. */
export function focusOf(tasks: readonly Task[]): string[] {
  const live = tasks.filter((task) => task.state === 'running' || task.state === 'assigned');
  const next = tasks.filter((task) => task.state === 'queued');
  const chosen = [live, next, tasks].find((some) => some.length > 0) ?? [];
  const calls = (task: Task) => Number(task.stalled !== undefined || task.work.kind === 'approval');
  return chosen
    .toSorted((one, other) => calls(other) - calls(one))
    .slice(0, FOCUS_MAX)
    .map((task) => task.id);
}

/** As many of the named nodes as a readable view has room for, the first ones first. Pure. */
export function togetherOf(places: ReadonlyMap<string, Box>, ids: readonly string[], size: Size): string[] {
  const shown: string[] = [];
  for (const id of ids) if (shown.length === 0 || isReadable(places, [...shown, id], size)) shown.push(id);
  return shown;
}

const isReadable = (places: ReadonlyMap<string, Box>, ids: readonly string[], size: Size): boolean =>
  (viewOf(places, ids, size, 0)?.zoom ?? 1) >= READABLE_ZOOM;
