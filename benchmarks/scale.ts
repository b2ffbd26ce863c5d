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
const OUR_BOUND_MS = 120_000;
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
  if (!isOurs && (costs.get(entrant.name) ?? 0) * shape.size > BOUND_MS)
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

/** The samples of each entrant, or why it has none. */
async function contest(shape: Shape, rounds: number): Promise<Peer[]> {
  const results: Peer[] = ENTRANTS.map((entrant) => ({ name: entrant.name, samples: [] }));
  const present = new Map<Peer, Contestant>();
  const absent = (result: Peer, why: string) => Object.assign(result, { samples: [], absent: why });
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
        const isOurs = result === results[0];
        try {
          const tookMs = await contestant.time(round === 0 ? warmUp : shape, isOurs ? OUR_BOUND_MS : BOUND_MS);
          if (round > 0) result.samples.push(tookMs);
        } catch (thrown) {
          if (isOurs) throw thrown;
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

/** Of one task, in microseconds, by the number of tasks of a layered graph. */
const perTask = new Map<number, number[]>();
for (const { shape, rounds } of CONTESTS) {
  const [ours, ...peers] = await contest(shape, rounds);
  if (!ours) continue;
  if (shape.kind === 'layered') {
    perTask.set(
      shape.size,
      ours.samples.map((sample) => (1_000 * sample) / shape.size),
    );
    for (const { name, samples } of peers) if (samples.length > 0) costs.set(name, median(samples) / shape.size);
  }
  const best = peers
    .filter(({ samples }) => samples.length > 0)
    .toSorted((a, b) => median(a.samples) - median(b.samples))[0];
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

const small = perTask.get(1_000) ?? [];
print({
  claim: 'a task of the graph of 100,000, and of that of 1,000',
  unit: 'µs',
  ours: perTask.get(100_000) ?? [],
  peer: [
    { name: 'of 10,000', samples: perTask.get(10_000) ?? [] },
    { name: 'of 1,000', samples: small },
  ],
  aim: Math.round(FLAT_AIM * median(small)),
  note: `the aim is a cost that is flat: at most ${FLAT_AIM} times that of a task of the graph of 1,000`,
});
