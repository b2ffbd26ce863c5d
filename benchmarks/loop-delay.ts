import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn, setTimeout as after } from 'node:timers/promises';
import { graph, openHouse, runEnds, startRun } from '../tests/house.ts';
import { layered } from './layered.ts';
import { print } from './measure.ts';

// How long the event loop of the server is held up while every commit waits 20 ms for a slow disk. The wait is injected in the journal's writer, as a
// blocking one inside the transaction, where fsync would block. The peer commits on the main thread, which waits with it.
//
// Node measures with a timer of 1 ms and records how much time lies between two of its firings, so an idle loop shows about 1 ms and not 0. What is
// printed is each round's p99 less the median of an idle loop, measured in this process just before: what was added to the timer's own interval.

const TASKS = 1_000;
const AGENTS = 32;
const DELAY_MS = 20;
const ROUNDS = 5;
const IDLE_MS = 1_000;
const PEER_MS = 2_000;
const AIM_MS = 10;

const p99Of = async (work: () => Promise<unknown>): Promise<{ p99Ms: number; medianMs: number; maxMs: number }> => {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await work();
  histogram.disable();
  return {
    p99Ms: histogram.percentile(99) / 1e6,
    medianMs: histogram.percentile(50) / 1e6,
    maxMs: histogram.max / 1e6,
  };
};

const inScratch = async <Result>(work: (directory: string) => Promise<Result>): Promise<Result> => {
  const directory = await mkdtemp(join(tmpdir(), 'fusion-kit-bench-'));
  return work(directory).finally(() => rm(directory, { recursive: true }));
};

async function ours(directory: string) {
  const house = await openHouse({ directory, faults: { delayCommitMs: DELAY_MS } });
  try {
    return await p99Of(async () => {
      const run = await startRun(house, graph(layered(TASKS), AGENTS));
      const end = await runEnds(house.engine, run.id);
      if (end.event.type !== 'run.completed') throw new Error(`the run ended with ${end.event.type}`);
    });
  } finally {
    await house.close();
  }
}

/** Commits what a wave of agents reports at once, on this thread, and lets the loop go around in between. */
async function peer(directory: string) {
  const database = new DatabaseSync(join(directory, 'peer.db'));
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; create table events (seq integer primary key, event text)',
  );
  const put = database.prepare('insert into events (event) values (?)');
  const event = JSON.stringify({ type: 'task.completed', text: 'x'.repeat(400) });
  const never = new Int32Array(new SharedArrayBuffer(4));
  try {
    return await p99Of(async () => {
      const until = performance.now() + PEER_MS;
      while (performance.now() < until) {
        database.exec('begin immediate');
        for (let n = 0; n < AGENTS; n += 1) put.run(event);
        Atomics.wait(never, 0, 0, DELAY_MS);
        database.exec('commit');
        await turn();
      }
    });
  } finally {
    database.close();
  }
}

await inScratch(ours); // warms up the compiler
const added: number[] = [];
const addedByPeer: number[] = [];
const worst: number[] = [];
const idle: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const { p99Ms, medianMs } = await p99Of(() => after(IDLE_MS));
  idle.push(p99Ms);
  const house = await inScratch(ours);
  added.push(house.p99Ms - medianMs);
  worst.push(house.maxMs - medianMs);
  addedByPeer.push((await inScratch(peer)).p99Ms - medianMs);
}
const range = (samples: readonly number[]) =>
  `${Math.min(...samples).toFixed(1)}..${Math.max(...samples).toFixed(1)} ms`;
print({
  claim: `event-loop delay p99 of a ${TASKS}-task run, every commit held up by ${DELAY_MS} ms`,
  unit: 'ms above an idle loop',
  ours: added,
  peer: { name: 'same thread', samples: addedByPeer },
  aim: AIM_MS,
  note: `longest single delay of a round: ${range(worst)}; p99 of the idle loop as Node tells it: ${range(idle)}`,
});
