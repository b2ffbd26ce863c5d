import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { graph, openHouse, startRun } from '../tests/house.ts';
import { layered } from './layered.ts';
import { print } from './measure.ts';

// What an open task costs in memory: a server is started on a data directory with a run of so many open tasks and on one with a run of a single task, each in
// a process of its own, and the difference is divided. Heap is what is left of it after a full collection; resident memory is all the system gave the process,
// the threads of the journal and what the collector has not handed back included. The peer is the task's row as JSON text in a string.

const TASKS = 100_000;
const ROUNDS = 5;
const AIM_KB = 20;

interface Use {
  heapKb: number;
  rssKb: number;
  /** The most it ever had. */
  peakKb: number;
  /** Mean length of the rows of tasks. */
  rowKb: number;
}

/** Opens the directory, after putting a run into it if it is new, and tells the process that asked what is held then. */
async function hold(directory: string, tasks: number): Promise<void> {
  const house = await openHouse({ directory, ready: false });
  if ((await house.engine.read((world) => world.count('tasks'))) === 0) {
    await startRun(house, graph(layered(tasks), 1));
  }
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let n = 0; n < 3; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 200)); // what ended meanwhile can be collected too
    collect();
  }
  const { heapUsed, rss } = process.memoryUsage();
  const peakKb = process.resourceUsage().maxRSS;
  const open = await house.engine.read((world) => world.count('tasks'));
  if (open !== tasks) throw new Error(`${open} tasks are open, not ${tasks}`);
  const rows = await house.engine.read((world) => [...world.all('tasks')].slice(0, 1_000));
  const rowKb = JSON.stringify(rows).length / rows.length / 1_000;
  process.send?.({ heapKb: heapUsed / 1_000, rssKb: rss / 1_000, peakKb, rowKb } satisfies Use);
  await house.close();
}

async function used(directory: string, tasks: number): Promise<Use> {
  const child = fork(import.meta.filename, [directory, String(tasks)]);
  let use: Use | undefined;
  child.on('message', (told: Use) => (use = told));
  const [code] = await once(child, 'exit');
  if (!use) throw new Error(`the process that holds ${tasks} tasks ended with ${code}`);
  return use;
}

async function measure(): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'fusion-kit-memory-'));
  const [many, one] = [join(scratch, 'many'), join(scratch, 'one')];
  const heap: number[] = [];
  const rss: number[] = [];
  const peak: number[] = [];
  const rows: number[] = [];
  try {
    const [filled, begun] = [await used(many, TASKS), await used(one, 1)];
    peak.push((filled.peakKb - begun.peakKb) / TASKS);
    for (let round = 0; round < ROUNDS; round += 1) {
      const [full, empty] = [await used(many, TASKS), await used(one, 1)];
      heap.push((full.heapKb - empty.heapKb) / TASKS);
      rss.push((full.rssKb - empty.rssKb) / TASKS);
      rows.push(full.rowKb);
    }
  } finally {
    await rm(scratch, { recursive: true });
  }
  const claim = `memory of an open task, with ${TASKS.toLocaleString('en')} of them open`;
  const peer = { name: 'row as JSON', samples: rows };
  print({ claim: `${claim}: heap after collection`, unit: 'kB', ours: heap, peer, aim: AIM_KB });
  print({ claim: `${claim}: resident (RSS)`, unit: 'kB', ours: rss, peer, aim: AIM_KB });
  const most = `${claim}: the most resident while their run is started`;
  print({ claim: most, unit: 'kB', ours: peak, peer, aim: AIM_KB });
}

const [, , directory, tasks] = process.argv;
await (directory ? hold(directory, Number(tasks)) : measure());
