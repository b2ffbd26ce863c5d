import { expect, it } from 'vitest';
import { timeStep, usageSeries } from './usage-series.ts';

const call = (agentId: string, at: number, tokens: number) => ({
  seq: at,
  at,
  agentId,
  runId: 'run',
  projectId: 'prj',
  tokens,
  costUsd: tokens / 1_000,
});

it('sums up by agent, in the order of their first call, and goes on to the present', () => {
  const series = usageSeries([call('a', 2_000, 5), call('b', 3_000, 40), call('a', 4_000, 6)], 'tokens', {
    since: 1_000,
    until: 9_000,
  });
  expect(series).toEqual([
    {
      agentId: 'a',
      points: [
        { x: 1, y: 5 },
        { x: 3, y: 11 },
        { x: 8, y: 11 },
      ],
    },
    {
      agentId: 'b',
      points: [
        { x: 2, y: 40 },
        { x: 8, y: 40 },
      ],
    },
  ]);
});

it('keeps the total when it leaves points out', () => {
  const calls = Array.from({ length: 5_000 }, (_, at) => call('a', at, 1));
  const [only] = usageSeries(calls, 'tokens', { since: 0, until: 6_000 });
  expect(only?.points.length).toBeLessThan(500);
  expect(only?.points.at(-1)?.y).toBe(5_000);
});

it('marks time at numbers that clocks show', () => {
  expect([4, 42, 300, 4_000].map(timeStep)).toEqual([1, 10, 60, 900]);
});

it('leaves the smallest out when there are more than colours', () => {
  const calls = Array.from({ length: 9 }, (_, at) => call(`agent-${at}`, at, at + 1));
  const series = usageSeries(calls, 'tokens', { since: 0, until: 10 });
  expect(series.map(({ agentId }) => agentId)).toEqual([3, 4, 5, 6, 7, 8].map((at) => `agent-${at}`));
});
