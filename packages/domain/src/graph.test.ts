import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FusionError } from './errors.ts';
import { checkGraph, criticalPath, dependents, levels, needsTransitively, widestLevel } from './graph.ts';
import type { GraphNode } from './graph-index.ts';

const node = (id: string, ...needs: string[]): GraphNode => ({ id, needs: needs.map((need) => ({ id: need })) });
const team = [node('plan'), node('left', 'plan'), node('right', 'plan'), node('review', 'left', 'right')];
const DEPTH = 100_000;
const chain = Array.from({ length: DEPTH }, (_, at) => (at === 0 ? node('n0') : node(`n${at}`, `n${at - 1}`)));

/** Nodes in random file order that only need earlier-numbered ones, so there is no cycle. */
const randomDag = fc.integer({ min: 1, max: 30 }).chain((size) =>
  fc
    .tuple(...Array.from({ length: size }, (_, at) => (at === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(at - 1)))))
    .map((needs) => needs.map((own, at) => node(`n${at}`, ...own.map((need) => `n${need}`))))
    .chain((nodes) => fc.shuffledSubarray(nodes, { minLength: size })),
);

describe('a graph that can run', () => {
  test('has no problem, levels, a critical path and dependents', () => {
    expect(checkGraph(team)).toEqual([]);
    expect(levels(team)).toEqual([['plan'], ['left', 'right'], ['review']]);
    expect(widestLevel(team)).toBe(2);
    expect(criticalPath(team)).toEqual({ ids: ['plan', 'left', 'review'], weight: 3 });
    expect(criticalPath(team, ({ id }) => (id === 'right' ? 5 : 1))).toEqual({
      ids: ['plan', 'right', 'review'],
      weight: 7,
    });
    expect(dependents(team)).toEqual(
      new Map([
        ['plan', ['left', 'right']],
        ['left', ['review']],
        ['right', ['review']],
        ['review', []],
      ]),
    );
  });

  test('answers what is needed through others', () => {
    const needs = needsTransitively(team);
    expect(needs('review', 'plan')).toBe(true);
    expect(needs('left', 'right')).toBe(false);
    expect(needs('plan', 'plan')).toBe(false);
    expect(needs('plan', 'review')).toBe(false);
  });

  test('answers that as a walk over all needs does, in a circle too', () => {
    const withCircles = fc
      .tuple(randomDag, fc.array(fc.tuple(fc.nat(29), fc.nat(29)), { maxLength: 3 }))
      .map(([nodes, more]) =>
        nodes.map((one, at) => {
          const added = more.filter(([from]) => from === at).flatMap(([, to]) => nodes[to] ?? []);
          return { ...one, needs: [...one.needs, ...added.map(({ id }) => ({ id }))] };
        }),
      );
    fc.assert(
      fc.property(withCircles, (nodes) => {
        const needs = needsTransitively(nodes);
        const byId = new Map(nodes.map((one) => [one.id, one]));
        for (const one of nodes) {
          const reached = new Set<string>();
          const waiting = [...one.needs];
          for (const { id } of waiting) {
            if (reached.has(id)) continue;
            reached.add(id);
            waiting.push(...byId.get(id)!.needs);
          }
          expect(
            nodes
              .filter(({ id }) => needs(one.id, id))
              .map(({ id }) => id)
              .toSorted(),
          ).toEqual([...reached].toSorted());
        }
      }),
    );
  });

  test('may be empty', () => {
    expect(checkGraph([])).toEqual([]);
    expect(levels([])).toEqual([]);
    expect(criticalPath([])).toEqual({ ids: [], weight: 0 });
    expect(widestLevel([])).toBe(0);
  });

  test('may be a chain of 100,000', () => {
    const backwards = chain.toReversed();
    expect(checkGraph(backwards)).toEqual([]);
    expect(levels(backwards)).toHaveLength(DEPTH);
    expect(criticalPath(backwards).weight).toBe(DEPTH);
    expect(needsTransitively(backwards)(`n${DEPTH - 1}`, 'n0')).toBe(true);
  });

  test('puts every node above what it needs, whatever the file order', () => {
    fc.assert(
      fc.property(randomDag, (nodes) => {
        expect(checkGraph(nodes)).toEqual([]);
        const levelOf = new Map(levels(nodes).flatMap((ids, level) => ids.map((id) => [id, level] as const)));
        expect(levelOf.size).toBe(nodes.length);
        for (const { id, needs } of nodes) {
          const highest = Math.max(-1, ...needs.map((need) => levelOf.get(need.id)!));
          expect(levelOf.get(id)).toBe(highest + 1);
        }
        expect(criticalPath(nodes).weight).toBe(levels(nodes).length);
      }),
    );
  });
});

describe('a graph that cannot run', () => {
  test('names its cycle node by node', () => {
    const [problem, ...more] = checkGraph([node('a', 'b'), node('b', 'c'), node('c', 'a'), node('d', 'a')]);
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ code: 'workflow_cycle', path: ['a', 'b', 'c', 'a'] });
    expect(problem!.message).toContain('a → b → c → a');
  });

  test('names a node that needs itself, and both of two cycles', () => {
    expect(checkGraph([node('a', 'a')])[0]!.path).toEqual(['a', 'a']);
    const both = checkGraph([node('a', 'b'), node('b', 'a'), node('c', 'd'), node('d', 'c')]);
    expect(both.map((problem) => problem.path)).toEqual([
      ['a', 'b', 'a'],
      ['c', 'd', 'c'],
    ]);
  });

  test('names an unknown need, who needs it and what was probably meant', () => {
    expect(checkGraph([node('build'), node('test', 'biuld')])).toEqual([
      {
        code: 'workflow_needs_unknown',
        message: 'node test needs biuld, which does not exist (did you mean build?)',
        node: 'test',
        path: ['biuld'],
      },
    ]);
  });

  test('names an id that is given twice', () => {
    expect(checkGraph([node('a'), node('a')])).toMatchObject([{ code: 'workflow_invalid', node: 'a' }]);
  });

  test('closes a circle of 100,000 with a short message and the whole path', () => {
    const circle = [...chain.slice(1), node('n0', `n${DEPTH - 1}`)];
    const [problem] = checkGraph(circle);
    expect(problem!.path).toHaveLength(DEPTH + 1);
    expect(problem!.message.length).toBeLessThan(250);
  });

  test('stops naming problems at the limit', () => {
    const tangled = Array.from({ length: 200 }, (_, at) => node(`n${at}`, `n${at}`, `lost${at}`));
    expect(checkGraph(tangled)).toHaveLength(20);
  });

  test('has no levels and no critical path', () => {
    const circle = [node('a', 'b'), node('b', 'a')];
    expect(() => levels(circle)).toThrow(FusionError);
    expect(() => criticalPath(circle)).toThrow('a → b → a');
  });

  test('reports a real cycle for every edge that leads back', () => {
    const dagWithBackEdge = randomDag.chain((nodes) => {
      const needs = needsTransitively(nodes);
      const pairs = nodes.flatMap((from) =>
        nodes.filter((to) => from === to || needs(to.id, from.id)).map((to) => ({ from, to })),
      );
      return fc
        .constantFrom(...pairs)
        .map(({ from, to }) =>
          nodes.map((one) => (one === from ? { ...from, needs: [...from.needs, { id: to.id }] } : one)),
        );
    });
    fc.assert(
      fc.property(dagWithBackEdge, (nodes) => {
        const problems = checkGraph(nodes);
        expect(problems.length).toBeGreaterThan(0);
        for (const { code, path } of problems) {
          expect(code).toBe('workflow_cycle');
          expect(path[0]).toBe(path.at(-1));
          for (const [at, id] of path.slice(0, -1).entries()) {
            const needs = nodes.find((one) => one.id === id)!.needs.map((need) => need.id);
            expect(needs).toContain(path[at + 1]);
          }
        }
      }),
    );
  });
});
