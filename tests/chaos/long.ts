import { writeFile } from 'node:fs/promises';
import { campaign, type Figures, type Outcome } from './campaign.ts';
import { type Point, POINTS, pointsOf } from './points.ts';
import { garden, mosaic, parley, type Workload } from './workload.ts';

/** `node tests/chaos/long.ts [KILLS] [FILE]`: so many kills at the injected points, each in turn; ends with 1 when anything did not hold. */

const LIVES_IN_A_SEASON = 50;
const AT_ONCE = 2;

const wanted = Number(process.argv[2] ?? 1_000);
const file = process.argv[3];
if (!Number.isInteger(wanted) || wanted < 1) {
  process.stderr.write(`error: ${process.argv[2]} is not a number of kills\n`);
  process.exit(2);
}
const total: Outcome = { points: new Map(), facts: 0, runs: 0, events: 0, wrong: [] };
const startedAt = performance.now();
const WORKLOADS = [mosaic, garden, parley];
const turns = new Map<Workload, number>();
let seasonsBegun = 0;

/** Every place in turn, with each workload. */
function nextPoints(workload: Workload): Point[] {
  const points = pointsOf(workload);
  return Array.from({ length: Math.min(LIVES_IN_A_SEASON, wanted) }, () => {
    const turn = turns.get(workload) ?? 0;
    turns.set(workload, turn + 1);
    return points[turn % points.length]!;
  });
}

const sum = (pick: (figures: Figures) => number): number =>
  [...total.points.values()].reduce((all, figures) => all + pick(figures), 0);
const kills = (): number => sum((figures) => figures.kills);

function add(season: Outcome): void {
  for (const [name, figures] of season.points) {
    const all = total.points.get(name) ?? { kills: 0, missed: 0, recoveriesMs: [] };
    all.kills += figures.kills;
    all.missed += figures.missed;
    all.recoveriesMs.push(...figures.recoveriesMs);
    total.points.set(name, all);
  }
  total.facts += season.facts;
  total.runs += season.runs;
  total.events += season.events;
  total.wrong.push(...season.wrong);
}

const quantile = (values: readonly number[], q: number): string => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
  return at === undefined ? '–' : `${Math.round(at)} ms`;
};

function table(): string {
  const lines = [...total.points].toSorted(([a], [b]) => order(a) - order(b));
  const every = [...total.points.values()].flatMap(({ recoveriesMs }) => recoveriesMs);
  const row = (name: string, { kills: died, missed, recoveriesMs }: Figures) =>
    `| ${name} | ${died} | ${missed} | ${quantile(recoveriesMs, 0.5)} | ${quantile(recoveriesMs, 0.95)} |`;
  return [
    '| where | kills | not reached | next server listens, median | p95 |',
    '|---|---|---|---|---|',
    ...lines.map(([name, figures]) => row(name, figures)),
    row('**all**', { kills: kills(), missed: sum(({ missed }) => missed), recoveriesMs: every }),
  ].join('\n');
}
const order = (name: string): number => POINTS.findIndex((point) => point.name === name);

async function seasons(): Promise<void> {
  while (kills() < wanted && total.wrong.length === 0) {
    const workload = WORKLOADS[seasonsBegun++ % WORKLOADS.length]!;
    add(await campaign({ points: nextPoints(workload), workload, random: Math.random }));
    const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
    process.stderr.write(`${workload.name}: ${kills()} kills after ${minutes} min, ${total.wrong.length} wrong\n`);
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, seasons));
const report = [
  table(),
  '',
  `${kills()} kills in ${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes; ${total.facts} acknowledged facts looked for, ${total.runs} runs, ${total.events} events.`,
  total.wrong.length === 0 ? 'Everything held.' : `Did not hold:\n${total.wrong.join('\n\n')}`,
  '',
].join('\n');
process.stdout.write(report);
if (file) await writeFile(file, report);
process.exit(total.wrong.length === 0 ? 0 : 1);
