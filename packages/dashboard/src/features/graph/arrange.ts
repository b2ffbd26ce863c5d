import type { Task } from '@fusion-kit/domain/task';
import { preview } from '@fusion-kit/domain/text';
import { itemLabel } from '../../shared/format/work-line.ts';
import { type Box, type Layout, layoutGraph, NODE_WIDTH, type Size } from './layout.ts';

/** Height of an open node above what is inside it. */
export const HEAD_HEIGHT = 64;
/** Items or rounds that are drawn inside an open node; the drawer lists them all. */
export const ITEMS_DRAWN = 12;
/** What runs inside a node is in sight from the start when there is no more of it than this. */
const OPEN_UP_TO = 4;
const PADDING = 14;
const LABEL_HEIGHT = 22;
const BETWEEN_ITEMS = 12;
const ROW_WIDTH = 3 * NODE_WIDTH + 2 * BETWEEN_ITEMS;

/** The name of an item or a round, at a place inside its node. */
export interface ItemLabel {
  x: number;
  y: number;
  width: number;
  text: string;
}
export interface Place extends Box {
  /** How many nodes are around it. */
  depth: number;
  /** What is inside is drawn: as the names of its items; `undrawn` of them are not. */
  open?: { labels: ItemLabel[]; undrawn: number };
}

/** The tasks inside each task, by item or round. Pure. */
export function insidesOf(tasks: readonly Task[]): Map<string, Map<number, Task[]>> {
  const insides = new Map<string, Map<number, Task[]>>();
  for (const task of tasks) {
    if (!task.scope) continue;
    const { parent, index } = task.scope;
    const items = insides.get(parent) ?? new Map<number, Task[]>();
    insides.set(parent, items.set(index, [...(items.get(index) ?? []), task]));
  }
  return insides;
}

/** Whether a node is open as long as nobody has said otherwise: when little is inside and no more will come. Pure. */
export function opensByItself(task: Task, items: ReadonlyMap<number, readonly Task[]> | undefined): boolean {
  if (!items) return false;
  const expected = Math.max(items.size, (task.work.kind === 'map' ? task.spread?.of : undefined) ?? 0);
  return expected * (items.values().next().value?.length ?? 0) <= OPEN_UP_TO;
}

/** How many tasks directly inside a node are drawn when it is open. Pure. */
export const drawnInside = (items: ReadonlyMap<number, readonly Task[]>): number =>
  drawnItems(items).reduce((sum, index) => sum + (items.get(index)?.length ?? 0), 0);

/**
 * Where every task stands that is drawn, those inside an open one within its box. What is around comes before what is inside. A task whose
 * parent is not among `tasks` stands with those that have none. Pure.
 */
export function arrange(tasks: readonly Task[], isOpen: (task: Task) => boolean): Map<string, Place> {
  const insides = insidesOf(tasks);
  const known = new Set<string>(tasks.map((task) => task.id));
  const outermost = tasks.filter((task) => !task.scope || !known.has(task.scope.parent));
  return block(outermost, insides, isOpen, 0).places;
}

interface Block extends Size {
  places: Map<string, Place>;
}

function block(
  tasks: readonly Task[],
  insides: ReturnType<typeof insidesOf>,
  isOpen: (task: Task) => boolean,
  depth: number,
): Block {
  const opened = new Map<string, Packed>();
  const nodes = tasks.map((task) => {
    const items = insides.get(task.id);
    if (!items || !isOpen(task)) return task;
    const inner = pack(task, items, (own) => block(own, insides, isOpen, depth + 1));
    opened.set(task.id, inner);
    return {
      id: task.id,
      needs: task.needs,
      width: Math.max(inner.width, NODE_WIDTH) + 2 * PADDING,
      height: HEAD_HEIGHT + inner.height + PADDING,
    };
  });
  const laid: Layout = layoutGraph(
    nodes.map(({ id, needs, ...size }) => ({ id, needs, ...('width' in size ? size : {}) })),
  );
  const places = new Map<string, Place>();
  for (const [id, box] of laid.boxes) {
    const inner = opened.get(id);
    places.set(id, { ...box, depth, ...(inner && { open: { labels: inner.labels, undrawn: inner.undrawn } }) });
    for (const [child, place] of inner?.places ?? [])
      places.set(child, { ...place, x: place.x + box.x + PADDING, y: place.y + box.y + HEAD_HEIGHT });
  }
  return { places, width: laid.width, height: laid.height };
}

interface Packed extends Block {
  labels: ItemLabel[];
  undrawn: number;
}

/** Items beside each other as long as a row has room, then below. Labels stand relative to the node around. */
function pack(task: Task, items: ReadonlyMap<number, Task[]>, blockOf: (tasks: Task[]) => Block): Packed {
  const drawn = drawnItems(items);
  const packed: Packed = { places: new Map(), labels: [], undrawn: items.size - drawn.length, width: 0, height: 0 };
  const labelHeight = task.work.kind === 'subworkflow' ? 0 : LABEL_HEIGHT;
  let [x, y, rowHeight] = [0, 0, 0];
  for (const index of drawn) {
    const own = items.get(index) ?? [];
    const inner = blockOf(own);
    if (x > 0 && x + inner.width > ROW_WIDTH) [x, y, rowHeight] = [0, y + rowHeight + BETWEEN_ITEMS, 0];
    for (const [id, place] of inner.places)
      packed.places.set(id, { ...place, x: place.x + x, y: place.y + y + labelHeight });
    const item = own[0]?.scope?.values['item'];
    const text = itemLabel(task.work.kind, index, item === undefined ? undefined : preview(item));
    if (labelHeight > 0) packed.labels.push({ x: PADDING + x, y: HEAD_HEIGHT + y, width: inner.width, text });
    x += inner.width + BETWEEN_ITEMS;
    rowHeight = Math.max(rowHeight, labelHeight + inner.height);
    packed.width = Math.max(packed.width, x - BETWEEN_ITEMS);
    packed.height = y + rowHeight;
  }
  return packed;
}

/** Those that are not done come first, then the latest; shown in their order. */
function drawnItems(items: ReadonlyMap<number, readonly Task[]>): number[] {
  const indexes = [...items.keys()].toSorted((a, b) => a - b);
  if (indexes.length <= ITEMS_DRAWN) return indexes;
  const isDone = (index: number) => items.get(index)?.every((task) => task.state === 'completed') ?? true;
  const [open, done] = [indexes.filter((index) => !isDone(index)), indexes.filter(isDone)];
  const rest = ITEMS_DRAWN - Math.min(open.length, ITEMS_DRAWN);
  return [...open.slice(0, ITEMS_DRAWN), ...(rest > 0 ? done.slice(-rest) : [])].toSorted((a, b) => a - b);
}
