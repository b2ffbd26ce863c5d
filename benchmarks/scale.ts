import { enter, type Contestant, type Entrant } from './contest.ts';
import { median, type Peer, print } from './measure.ts';
import { postgres, redis } from './services.ts';
import { edgesOf, type Shape, tasksOf } from './shapes.ts';

// The same graphs of tasks that do nothing, carried out durably by fusion-kit's engine and by what people would otherwise take. Everybody has a process of
// its own, and a database of its own on the same disk. They take turns, so that a busy moment of the machine meets all of them; a smaller graph before
// the first turn warms up compilers and connections. What is timed begins with a graph in the contender's own form and ends when the last task is durably done.

const ENTRANTS: readonly Entrant[] = [
  { name: 'fusion-kit', module: 'fusion-kit.ts' },
  { name: 'BullMQ', module: 'peers/bullmq.ts', service: redis },
  { name: 'DBOS', module: 'peers/dbos.ts', service: postgres },
  { name: 'LangGraph', module: 'peers/langgraph.ts' },
];

const CONTESTS: readonly { shape: Shape; rounds: number }[] = [
  { shape: { kind: 'layered', size: 50 }, rounds: 15 },
  { shape: { kind: 'layered', size: 1_000 }, rounds: 7 },
  { shape: { kind: 'layered', size: 10_000 }, rounds: 3 },
  { shape: { kind: 'chain', size: 1_000 }, rounds: 3 },
  { shape: { kind: 'wide', size: 10_000 }, rounds: 3 },
  { shape: { kind: 'joined', size: 10_000 }, rounds: 3 },
  { shape: { kind: 'layered', size: 100_000 }, rounds: 2 },
];
/** Longest a turn of a peer may take: its largest graph could take hours. */
const BOUND_MS = 30_000;
const OUR_BOUND_MS = 200_000;
/** A turn is not even tried when it would take this much longer than the bound, by what the contender took for fewer tasks. */
const HOPELESS = 2;
/** No further turns of a graph after this long, when the machine is busy. */
const CONTEST_MS = 40_000;
const WARM_UP_MAX = 500;
const THROUGHPUT_AIM = 2;
const FLAT_AIM = 1.3;

const said = new Set<string>();
const sayOnce = (line: string) => {
  if (!said.has(line)) console.log(line);
  said.add(line);
};

/** What each entrant took for one task of the last layered graph, in milliseconds. */
const costs = new Map<string, number>();
const graphName = ({ kind, size }: Shape): string => {
  const tasks = `${size.toLocaleString('en')} tasks`;
  const edges = `${edgesOf(tasksOf({ kind, size })).toLocaleString('en')} edges`;
  return {
    layered: `${tasks}, ${edges}`,
    chain: `a chain of ${tasks}`,
    wide: `${tasks} beside each other`,
    joined: `${tasks}, the last of which needs all others`,
  }[kind];
};

async function open(entrant: Entrant, shape: Shape): Promise<Contestant | string> {
  const isOurs = entrant === ENTRANTS[0];
  if (!isOurs && (costs.get(entrant.name) ?? 0) * shape.size > HOPELESS * BOUND_MS)
    return `not run: more than ${BOUND_MS / 1_000} s, by what it took for fewer tasks`;
  try {
    const contestant = await enter(entrant);
    sayOnce(`  ${entrant.name}: ${contestant.durability}`);
    return contestant;
  } catch (thrown) {
    if (isOurs) throw thrown;
    return `not run: ${(thrown as Error).message}`;
  }
}

interface Result extends Peer {
  /** Processor time of the contender's own process, in milliseconds. */
  cpu: number[];
}

/** The samples of each entrant, or why it has none. */
async function contest(shape: Shape, rounds: number): Promise<Result[]> {
  const results: Result[] = ENTRANTS.map((entrant) => ({ name: entrant.name, samples: [], cpu: [] }));
  const present = new Map<Result, Contestant>();
  const absent = (result: Result, why: string) => Object.assign(result, { samples: [], cpu: [], absent: why });
  try {
    for (const [at, result] of results.entries()) {
      const opened = await open(ENTRANTS[at]!, shape);
      if (typeof opened === 'string') absent(result, opened);
      else present.set(result, opened);
    }
    const until = performance.now() + CONTEST_MS;
    const warmUp = { ...shape, size: Math.min(shape.size, WARM_UP_MAX) };
    for (let round = 0; round <= rounds; round += 1)
      for (const [result, contestant] of present) {
        if (round > 1 && performance.now() > until) break;
        try {
          const boundMs = result === results[0] ? OUR_BOUND_MS : BOUND_MS;
          const { wallMs, cpuMs } = await contestant.time(round === 0 ? warmUp : shape, boundMs);
          if (round > 0) result.samples.push(wallMs);
          if (round > 0) result.cpu.push(cpuMs);
        } catch (thrown) {
          absent(result, `not run: ${(thrown as Error).message}`);
          present.delete(result);
          await contestant.close();
        }
      }
  } finally {
    await Promise.all([...present.values()].map((contestant) => contestant.close()));
  }
  return results;
}

/** Of one task of a layered graph, by the number of its tasks: on the clock, and of processors. */
const perTask = new Map<number, { wallMs: number[]; cpuMs: number[] }>();
for (const { shape, rounds } of CONTESTS) {
  const [ours, ...peers] = await contest(shape, rounds);
  if (!ours || ours.absent !== undefined) {
    console.log(`\n${graphName(shape)}: fusion-kit ${ours?.absent}`);
    process.exitCode = 1;
    continue;
  }
  const ran = peers.filter(({ samples }) => samples.length > 0);
  if (shape.kind === 'layered') {
    const each = (samples: readonly number[]) => samples.map((sample) => sample / shape.size);
    perTask.set(shape.size, { wallMs: each(ours.samples), cpuMs: each(ours.cpu) });
    for (const { name, samples } of ran) costs.set(name, Math.min(...each(samples)));
  }
  const best = ran.toSorted((a, b) => median(a.samples) - median(b.samples))[0];
  const perSecond = Math.round((1_000 * shape.size) / median(ours.samples)).toLocaleString('en');
  print({
    claim: `${graphName(shape)}, every change durable`,
    unit: 'ms',
    ours: ours.samples,
    peer: peers,
    ...(best && { aim: Math.round(median(best.samples) / THROUGHPUT_AIM) }),
    note: `${perSecond} tasks/s${best ? `; the aim is ${THROUGHPUT_AIM} times the throughput of the best peer here, ${best.name}` : ''}`,
  });
}

for (const [what, of] of [
  ['time', 'wallMs'],
  ['processor time', 'cpuMs'],
] as const) {
  const micro = (size: number) => (perTask.get(size)?.[of] ?? []).map((ms) => 1_000 * ms);
  const [small, large] = [micro(1_000), micro(100_000)];
  if (small.length === 0 || large.length === 0) continue;
  print({
    claim: `${what} of a task of the graph of 100,000, and of smaller ones`,
    unit: 'µs',
    ours: large,
    peer: [
      { name: 'of 10,000', samples: micro(10_000) },
      { name: 'of 1,000', samples: small },
    ],
    aim: Math.round(FLAT_AIM * median(small)),
    note: `the aim is a flat cost: at most ${FLAT_AIM} times that of a task of the graph of 1,000`,
  });
}
