import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as after } from 'node:timers/promises';
import { graph, type House, node, openHouse, type Play, runEnds, startRun, succeed } from '../tests/house.ts';
import { nodesOf } from './layered.ts';
import { print } from './measure.ts';

// How long an agent and a task that suit each other wait for each other: until the runner has the command that starts the dispatch, the assignment durable
// before. Once because an agent has become free while a thousand tasks are ready, once because a task has become ready while twenty agents are idle and
// a thousand others wait for somebody else. The peer is the least that has to happen in between: a synced SQLite transaction.

const QUEUED = 1_000;
const AGENTS = 20;
const WORK_MS = 20;
const TASKS = 300;
const AIM_MS = 100;

/** From an agent's report that ends a task to its next dispatch. */
async function freedAgents(directory: string): Promise<number[]> {
  const waits: number[] = [];
  const freeSince = new Map<string, number>();
  const play: Play = async (start, report) => {
    const since = freeSince.get(start.caller.agentId);
    if (since !== undefined) waits.push(performance.now() - since);
    await after(WORK_MS * (0.5 + Math.random()));
    freeSince.set(start.caller.agentId, performance.now());
    await succeed(start, report);
  };
  const house = await openHouse({ directory, play });
  try {
    const run = await startRun(house, graph(nodesOf({ kind: 'wide', size: QUEUED }), AGENTS));
    await runEnds(house.engine, run.id);
    return waits;
  } finally {
    await house.close();
  }
}

/** From the request that makes a task to its dispatch. */
async function newTasks(directory: string): Promise<number[]> {
  let started: (at: number) => void = () => {};
  const play: Play = async (start, report) => {
    started(performance.now());
    await succeed(start, report);
  };
  const house = await openHouse({ directory, play });
  try {
    const strangers = nodesOf({ kind: 'wide', size: QUEUED }).map((one) => ({ ...one, requires: ['nobody'] }));
    const { projectId } = await startRun(house, graph(strangers, 0));
    await team(house, projectId);
    const { id: _id, needs: _needs, ...task } = node('one');
    const waits: number[] = [];
    for (let n = 0; n < TASKS; n += 1) {
      const began = performance.now();
      const start = new Promise<number>((resolve) => (started = resolve));
      await house.engine.createTask({ project: projectId, task: { ...task, needs: [] } });
      waits.push((await start) - began);
      await after(5 * Math.random());
    }
    return waits;
  } finally {
    await house.close();
  }
}

async function team({ engine }: House, project: Parameters<House['engine']['spawnAgent']>[0]['project']) {
  const { team: specs } = graph([node('none')], AGENTS);
  for (const spec of specs) await engine.spawnAgent({ project, spec });
}

function commits(directory: string, count: number): number[] {
  const database = new DatabaseSync(join(directory, 'peer.db'));
  try {
    database.exec('pragma journal_mode = wal; pragma synchronous = full; create table events (event text) strict');
    const put = database.prepare('insert into events values (?)');
    const event = JSON.stringify({ type: 'task.assigned', text: 'x'.repeat(400) });
    return Array.from({ length: count }, () => {
      const started = performance.now();
      put.run(event);
      return performance.now() - started;
    });
  } finally {
    database.close();
  }
}

const scratch = await mkdtemp(join(tmpdir(), 'fusion-kit-dispatch-'));
try {
  const samples = commits(scratch, TASKS);
  const peer = { name: 'bare SQLite', samples };
  const [first, second] = [join(scratch, 'first'), join(scratch, 'second')];
  await newTasks(join(scratch, 'warm')); // warms up the compiler
  const freed = await freedAgents(first);
  samples.push(...commits(await mkdtemp(join(scratch, 'peer-')), TASKS));
  const made = await newTasks(second);
  print({
    claim: `an agent is free until its next dispatch, with ${QUEUED} tasks queued and ${AGENTS} agents`,
    unit: 'ms',
    ours: freed,
    peer,
    aim: AIM_MS,
    aimAt: 'p95',
  });
  print({
    claim: `a task is asked for until it is dispatched, with ${QUEUED} tasks queued for somebody else and ${AGENTS} idle agents`,
    unit: 'ms',
    ours: made,
    peer,
    aim: AIM_MS,
    aimAt: 'p95',
  });
} finally {
  await rm(scratch, { recursive: true });
}
