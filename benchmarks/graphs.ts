import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { graph, node, openHouse, runEnds, startRun } from '../tests/house.ts';
import { layered } from './layered.ts';
import { print } from './measure.ts';

// No-op graphs, from the start of the run until its end is durable (`synchronous=FULL`, on a file). The peer is the least that any engine does on the
// same file system: one synced SQLite transaction for each of the four changes of a task, without a graph, a scheduler or followers.

const AGENTS = 32;

const inScratch = async <Result>(work: (directory: string) => Promise<Result>): Promise<Result> => {
  const directory = await mkdtemp(join(tmpdir(), 'fusion-kit-bench-'));
  return work(directory).finally(() => rm(directory, { recursive: true }));
};

async function ours(size: number, directory: string): Promise<number> {
  const house = await openHouse({ directory });
  try {
    await startRun(house, graph([node('warm')], 1, { name: 'warm-up' })).then((run) => runEnds(house.engine, run.id));
    const definition = graph(layered(size), AGENTS);
    const project = await house.engine.read((world) => [...world.all('projects')][0]!);
    const workflow = await house.engine.saveWorkflow({ project: project.id, definition, author: 'bench' });
    const started = performance.now();
    const run = await house.engine.startRun({ workflowId: workflow.id, inputs: {}, defaults: {} });
    const end = await runEnds(house.engine, run.id);
    const tookMs = performance.now() - started;
    if (end.event.type !== 'run.completed') throw new Error(`the run ended with ${end.event.type}`);
    return tookMs;
  } finally {
    await house.close();
  }
}

async function peer(size: number, directory: string): Promise<number> {
  const database = new DatabaseSync(join(directory, 'peer.db'));
  try {
    database.exec(
      'pragma journal_mode = wal; pragma synchronous = full; create table tasks (id integer primary key, state text) strict',
    );
    const put = database.prepare('insert into tasks values (?, ?) on conflict do update set state = excluded.state');
    const started = performance.now();
    for (const state of ['queued', 'assigned', 'running', 'completed'])
      for (let id = 0; id < size; id += 1) put.run(id, state);
    return performance.now() - started;
  } finally {
    database.close();
  }
}

for (const [size, rounds, aim] of [
  [50, 15, 50],
  [1_000, 5, undefined],
  [10_000, 4, 3_000],
] as const) {
  const samples: number[] = [];
  const peers: number[] = [];
  // They take turns, so that a busy moment of the machine meets both; the first turn warms up the compiler.
  for (let round = 0; round <= rounds; round += 1) {
    const [mine, other] = [
      await inScratch((directory) => ours(size, directory)),
      await inScratch((directory) => peer(size, directory)),
    ];
    if (round > 0) samples.push(mine);
    if (round > 0) peers.push(other);
  }
  print({
    claim: `a no-op graph of ${size} tasks, ${AGENTS} agents, every change durable`,
    unit: 'ms',
    ours: samples,
    peer: { name: 'bare SQLite', samples: peers },
    ...(aim && { aim }),
  });
}
