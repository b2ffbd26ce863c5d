import { expect, it } from 'vitest';
import { campaign } from './chaos/campaign.ts';
import { AT_ANY_MOMENT, POINTS } from './chaos/points.ts';
import { garden, mosaic, parley } from './chaos/workload.ts';

/** Every place once, shared out between the first two and what only the third reaches; all of them with each is for `script/chaos`. */
const anywhere = POINTS.filter(({ only }) => only === undefined);
const SHARES = [
  ...[mosaic, garden].map((workload, share) => ({
    workload,
    points: anywhere.filter((_, at) => at % 2 === share),
  })),
  { workload: parley, points: POINTS.filter(({ only, name }) => only === parley.name || name === AT_ANY_MOMENT) },
];

it.each(SHARES)(
  'survives kills with $workload.name: nothing acknowledged is lost, nothing is accepted or landed twice, every run ends',
  { timeout: 600_000 },
  async ({ workload, points }) => {
    const { points: figures, facts, runs, wrong } = await campaign({ points, workload, random: Math.random });
    expect(wrong.join('\n\n')).toBe('');
    expect([...figures.values()].reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThan(0);
    expect(facts).toBeGreaterThan(points.length);
    expect(runs).toBeGreaterThan(0);
  },
);
