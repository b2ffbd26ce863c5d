import { expect, it } from 'vitest';
import { campaign } from './chaos/campaign.ts';
import { POINTS } from './chaos/points.ts';
import { garden, mosaic } from './chaos/workload.ts';

/** Every place once, shared out between the two; all of them with both is for `script/chaos`. */
const SHARES = [mosaic, garden].map((workload, share) => ({
  workload,
  points: POINTS.filter((_, at) => at % 2 === share),
}));

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
