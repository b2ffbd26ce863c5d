import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { graph, node, openHouse, runEnds, startRun } from '../tests/house.ts';
import { print } from './measure.ts';

// No-op graphs, from the start of the run until its end is durable (`synchronous=FULL`, on a file). The peer is the least that any engine does on the
// same file system: one synced SQLite transaction for each of the four changes of a task, without a graph, a scheduler or followers.

const AGENTS = 32;

/** Layers of tasks, two needs each from the layer before. */
function layered(size: number) {
  const width = Math.max(1, Math.round(Math.sqrt(size)));
  return Array.from({ length: size }, (_, at) => {
    const layer = Math.floor(at / width);
    const before = (offset: number) => `n${(layer - 1) * width + ((at + offset) % width)}`;
    return node(`n${at}`, layer === 0 ? [] : [...new Set([before(0), before(7)])]);
  });
}

async function ours(size: number, rounds: number): Promise<number[]> {
  const samples: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const directory = await mkdtemp(join(tmpdir(), 'fusion-kit-bench-'));
    const house = await openHouse({ directory });
    await startRun(house, graph([node('warm')], 1, { name: 'warm-up' })).then((run) => runEnds(house.engine, run.id));
    const definition = graph(layered(size), AGENTS);
    const project = await house.engine.read((world) => [...world.all('projects')][0]!);
    const workflow = await house.engine.saveWorkflow({ project: project.id, definition, author: 'bench' });
    const started = performance.now();
    const run = await house.engine.startRun({ workflowId: workflow.id, inputs: {}, defaults: {} });
    const end = await runEnds(house.engine, run.id);
    const tookMs = performance.now() - started;
    if (end.event.type !== 'run.completed') throw new Error(`the run ended with ${end.event.type}`);
    if (round > 0) samples.push(tookMs); // the first warms up the compiler
    await house.close();
    await rm(directory, { recursive: true });
  }
  return samples;
}

async function peer(size: number, rounds: number): Promise<number[]> {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const directory = await mkdtemp(join(tmpdir(), 'fusion-kit-bench-'));
    const database = new DatabaseSync(join(directory, 'peer.db'));
    database.exec(
      'pragma journal_mode = wal; pragma synchronous = full; create table tasks (id integer primary key, state text) strict',
    );
    const put = database.prepare('insert into tasks values (?, ?) on conflict do update set state = excluded.state');
    const started = performance.now();
    for (const state of ['queued', 'assigned', 'running', 'completed'])
      for (let id = 0; id < size; id += 1) put.run(id, state);
    samples.push(performance.now() - started);
    database.close();
    await rm(directory, { recursive: true });
  }
  return samples;
}

for (const [size, rounds, aim] of [
  [50, 15, 50],
  [1_000, 5, undefined],
  [10_000, 5, 3_000],
] as const) {
  print({
    claim: `a no-op graph of ${size} tasks, ${AGENTS} agents, every change durable`,
    unit: 'ms',
    ours: await ours(size, rounds),
    peer: { name: 'bare SQLite', samples: await peer(size, rounds) },
    ...(aim && { aim }),
  });
}
