import { expect, it } from 'vitest';
import { kindsRecording } from '../../../dev/recording-kinds.ts';
import { snapshotOf } from '../../../dev/snapshot-of.ts';
import { focusOf, READABLE_ZOOM, togetherOf, viewOf } from './graph-view.ts';
import { layoutGraph, NODE_HEIGHT, NODE_WIDTH } from './layout.ts';

const chain = (length: number) =>
  layoutGraph(Array.from({ length }, (_, at) => ({ id: String(at), needs: at === 0 ? [] : [{ id: String(at - 1) }] })))
    .boxes;
const SIZE = { width: 800, height: 320 };

it('shows everything in the middle when there is room', () => {
  const places = chain(3);
  const view = viewOf(places, places.keys(), SIZE, READABLE_ZOOM);
  if (!view) throw new Error('no view');
  for (const { x, y } of places.values()) {
    expect(x * view.zoom + view.x).toBeGreaterThan(0);
    expect((x + NODE_WIDTH) * view.zoom + view.x).toBeLessThan(SIZE.width);
    expect(y * view.zoom + view.y).toBeGreaterThan(0);
    expect((y + NODE_HEIGHT) * view.zoom + view.y).toBeLessThan(SIZE.height);
  }
});

it('stays readable and holds the named node in the middle when there is not', () => {
  const places = chain(40);
  const view = viewOf(places, ['20'], SIZE, READABLE_ZOOM);
  const node = places.get('20');
  if (!view || !node) throw new Error('no view');
  expect(view.zoom).toBeGreaterThanOrEqual(READABLE_ZOOM);
  expect((node.x + NODE_WIDTH / 2) * view.zoom + view.x).toBeCloseTo(SIZE.width / 2);
  expect(viewOf(places, places.keys(), SIZE, READABLE_ZOOM)?.zoom).toBe(READABLE_ZOOM);
});

it('has no view of nodes that have no place', () => {
  expect(viewOf(chain(2), ['elsewhere'], SIZE, READABLE_ZOOM)).toBeUndefined();
});

it('looks at what waits for a person first', () => {
  const { entries, underWay } = kindsRecording(0);
  const { tasks } = snapshotOf(entries.slice(0, underWay)).rows;
  const focus = focusOf(tasks).map((id) => tasks.find((task) => task.id === id)?.node);
  expect(new Set(focus.slice(0, 2))).toEqual(new Set(['audit', 'sign-off']));
});

it('shows no more at once than can be read', () => {
  const places = chain(40);
  expect(togetherOf(places, ['3', '30', '4'], SIZE)).toEqual(['3', '4']);
});
