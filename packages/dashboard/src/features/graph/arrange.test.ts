import { expect, it } from 'vitest';
import { kindsRecording } from '../../../dev/recording-kinds.ts';
import { snapshotOf } from '../../../dev/snapshot-of.ts';
import { arrange, drawnInside, insidesOf, ITEMS_DRAWN, opensByItself } from './arrange.ts';
import type { Box } from './layout.ts';

const { entries, underWay } = kindsRecording(0);
const TASKS = snapshotOf(entries.slice(0, underWay)).rows.tasks;
const named = (node: string) => TASKS.find((task) => task.node === node)!;
const within = (inner: Box, outer: Box) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;
const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

it('draws what is inside a node only when that is open', () => {
  const closed = arrange(TASKS, () => false);
  expect([...closed.keys()].toSorted()).toEqual(
    TASKS.filter((task) => !task.scope)
      .map((task) => task.id)
      .toSorted(),
  );
  const open = arrange(TASKS, () => true);
  expect(open.size).toBe(TASKS.length);
});

it('holds what is inside within its node, nothing on top of its neighbour, and names the items', () => {
  const places = arrange(TASKS, () => true);
  const around = places.get(named('migrate').id)!;
  const inside = TASKS.filter((task) => task.scope?.parent === named('migrate').id).map((task) => places.get(task.id)!);
  for (const [at, place] of inside.entries()) {
    expect(within(place, around)).toBe(true);
    expect(place.depth).toBe(1);
    for (const other of inside.slice(at + 1)) expect(overlap(place, other)).toBe(false);
  }
  expect(around.open?.labels[1]?.text).toBe('item 2 · src/checkout.ts');
  const outermost = TASKS.filter((task) => !task.scope).map((task) => places.get(task.id)!);
  for (const [at, place] of outermost.entries())
    for (const other of outermost.slice(at + 1)) expect(overlap(place, other)).toBe(false);
});

it('draws of many items those that are not done, and says how many it leaves out', () => {
  const map = named('migrate');
  const [child] = TASKS.filter((task) => task.scope?.parent === map.id);
  const items = Array.from({ length: 40 }, (_, at) => ({
    ...child!,
    id: `${child!.id.slice(0, -2)}${String(at).padStart(2, '0')}` as typeof map.id,
    needs: [],
    state: at === 3 ? ('failed' as const) : ('completed' as const),
    scope: { ...child!.scope!, index: at + 1 },
  }));
  const places = arrange([map, ...items], () => true);
  expect(places.get(map.id)?.open?.undrawn).toBe(40 - ITEMS_DRAWN);
  expect(places.has(items[3]!.id)).toBe(true);
  expect(places.has(items[39]!.id)).toBe(true);
  expect(drawnInside(insidesOf(items).get(map.id)!)).toBe(ITEMS_DRAWN);
});

it('opens by itself only what has little inside and will not have more', () => {
  const insides = insidesOf(TASKS);
  const opens = (node: string) => opensByItself(named(node), insides.get(named(node).id));
  expect([opens('repair'), opens('notes'), opens('migrate'), opens('survey')]).toEqual([true, true, false, false]);
});
