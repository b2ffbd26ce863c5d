import { expect, it } from 'vitest';
import { DAGRE_MAX, layoutGraph, NODE_HEIGHT, NODE_WIDTH } from './layout.ts';

const node = (id: string, ...needs: string[]) => ({ id, needs: needs.map((need) => ({ id: need })) });

function overlaps(places: ReadonlyMap<string, { x: number; y: number }>): string[] {
  const all = [...places];
  return all.flatMap(([id, a], at) =>
    all
      .slice(at + 1)
      .filter(([, b]) => Math.abs(a.x - b.x) < NODE_WIDTH && Math.abs(a.y - b.y) < NODE_HEIGHT)
      .map(([other]) => `${id} ${other}`),
  );
}

const DIAMOND = [node('plan'), node('a', 'plan'), node('b', 'plan'), node('c', 'b'), node('review', 'a', 'c')];

it('puts what is needed to the left of what needs it, and nothing on top of another', () => {
  const places = layoutGraph(DIAMOND).boxes;
  const x = (id: string) => places.get(id)?.x ?? Number.NaN;
  for (const { id, needs } of DIAMOND) for (const need of needs) expect(x(need.id)).toBeLessThan(x(id));
  expect(overlaps(places)).toEqual([]);
});

it('lets a task stand as early as it can start', () => {
  const places = layoutGraph(DIAMOND).boxes;
  expect(places.get('a')?.x).toBe(places.get('b')?.x);
});

it('leaves needs outside the graph out', () => {
  expect([...layoutGraph([node('a', 'elsewhere')]).boxes.keys()]).toEqual(['a']);
});

it('places a large graph by its levels', () => {
  const many = Array.from({ length: DAGRE_MAX + 1 }, (_, at) => (at === 0 ? node('0') : node(String(at), '0')));
  const places = layoutGraph(many).boxes;
  expect(new Set([...places.values()].map(({ x }) => x)).size).toBe(2);
  expect(overlaps(places)).toEqual([]);
});
