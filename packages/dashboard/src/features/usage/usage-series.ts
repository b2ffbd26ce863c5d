import type { ModelCall } from '../../shared/live/model-call.ts';

export interface UsageSeries {
  agentId: string;
  /** Running totals, oldest first. `x` is seconds since the run's start. */
  points: { x: number; y: number }[];
}
export type Measure = 'tokens' | 'costUsd';

const POINTS_MAX = 400;
/** As many as colours can be told apart. */
export const SERIES_MAX = 6;

/** What each agent has used over time, from `since` to `until` (milliseconds since 1970), the biggest spenders only, in the order of their first
 * call, so that each keeps its colour. Calls in order. Pure. */
export function usageSeries(
  calls: readonly ModelCall[],
  measure: Measure,
  { since, until }: { since: number; until: number },
): UsageSeries[] {
  const byAgent = new Map<string, { x: number; y: number }[]>();
  for (const call of calls) {
    const points = byAgent.get(call.agentId) ?? [];
    byAgent.set(call.agentId, points);
    points.push({ x: (call.at - since) / 1_000, y: (points.at(-1)?.y ?? 0) + call[measure] });
  }
  const total = (agentId: string) => byAgent.get(agentId)?.at(-1)?.y ?? 0;
  const biggest = new Set([...byAgent.keys()].toSorted((a, b) => total(b) - total(a)).slice(0, SERIES_MAX));
  return [...byAgent]
    .map(([agentId, points]) => ({
      agentId,
      points: [...thinned(points), { x: (until - since) / 1_000, y: points.at(-1)?.y ?? 0 }],
    }))
    .filter(({ agentId }) => biggest.has(agentId));
}

/** Every nth point, and the last: more than the chart has pixels for tells nothing. */
function thinned<Point>(points: readonly Point[]): Point[] {
  const step = Math.ceil(points.length / POINTS_MAX);
  return points.filter((_point, at) => at % step === 0 || at === points.length - 1);
}

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];
const TICKS = 5;

/** Seconds between two marks of a time axis that is this long: a number that clocks show. Pure. */
export const timeStep = (seconds: number): number =>
  STEPS_S.find((step) => seconds / step <= TICKS) ?? Math.ceil(seconds / TICKS);
