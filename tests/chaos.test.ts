import { expect, it } from 'vitest';
import { campaign } from './chaos/campaign.ts';
import { POINTS } from './chaos/points.ts';
import { mosaic } from './chaos/workload.ts';

it(
  `survives a kill at each of ${POINTS.length} places: nothing acknowledged is lost, nothing is accepted or landed twice, every run ends`,
  { timeout: 600_000 },
  async () => {
    const { points, facts, runs, wrong } = await campaign({ points: POINTS, workload: mosaic, random: Math.random });
    expect(wrong.join('\n\n')).toBe('');
    const kills = [...points.values()].reduce((sum, figures) => sum + figures.kills, 0);
    expect(kills).toBeGreaterThan(POINTS.length / 2);
    expect(facts).toBeGreaterThan(POINTS.length);
    expect(runs).toBeGreaterThan(1);
  },
);
