/** Something that anybody else would pay for the same, measured in the same run. */
export interface Peer {
  name: string;
  samples: number[];
  /** Why there are no samples. */
  absent?: string;
}

/** What was measured of one claim: all samples of ours, and of the peers in the same run. */
export interface Measured {
  claim: string;
  unit: string;
  ours: readonly number[];
  /** The bound the project has set itself, in `unit`; a figure above it is shown as missed. */
  aim?: number;
  /** Which figure the aim is about. Default the median. */
  aimAt?: 'mean' | 'median' | 'p95' | 'p99' | 'max';
  peer?: Peer | readonly Peer[];
  note?: string;
}

export const quantile = (samples: readonly number[], share: number): number => {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
};
export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

const shown = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
const spread = (samples: readonly number[]): string =>
  `${shown(median(samples))} [${shown(Math.min(...samples))}..${shown(Math.max(...samples))}], p95 ${shown(quantile(samples, 0.95))}, n=${samples.length}`;

const FIGURES = {
  mean: (samples: readonly number[]) => samples.reduce((sum, sample) => sum + sample, 0) / samples.length,
  median,
  p95: (samples: readonly number[]) => quantile(samples, 0.95),
  p99: (samples: readonly number[]) => quantile(samples, 0.99),
  max: (samples: readonly number[]) => Math.max(...samples),
};

/** Prints a measurement with its spread, its peers' and how far its aim is. */
export function print({ claim, unit, ours, aim, aimAt = 'median', peer, note }: Measured): void {
  console.log(`\n${claim} (${unit})`);
  console.log(`  fusion-kit   ${spread(ours)}`);
  for (const { name, samples, absent } of peer ? [peer].flat() : []) {
    const ratio = median(samples) > 0 ? `   ratio of medians ${shown(median(ours) / median(samples))}` : '';
    console.log(`  ${name.padEnd(12)} ${absent ?? spread(samples) + ratio}`);
  }
  if (aim !== undefined) {
    const figure = FIGURES[aimAt](ours);
    console.log(`  aim          ${aimAt} < ${aim}: ${figure < aim ? 'reached' : 'MISSED'} (${shown(figure)})`);
  }
  if (note) console.log(`  ${note}`);
}
