import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { widestLevel } from '@fusion-kit/domain/graph';
import type { Engine } from '@fusion-kit/engine/engine';
import { graph, type House, node, openHouse, type Play, succeed } from '../tests/house.ts';
import { contend } from './contender.ts';

// fusion-kit's engine with its journal in a file, the scheduler and the local transport; only the runner is scripted: it reports each task as started
// and as proved. What is durable of a task, each change before anybody is told of it: created, assigned, started, completed with outputs and receipt.
// A kill at any point loses nothing; a task is accepted once, by its dispatch, its fence and its token.

/** As many as BullMQ works on at once, and as a run may have. Each is born and dies with the run, so a narrow graph gets no more than can work at once. */
const AGENTS_MAX = 200;

let scratch: string | undefined;
let house: House | undefined;

/** The house of the tests keeps every command it was given, which no runner does. */
const forgetful: Play = (start, report) => {
  house?.commands.splice(0);
  house?.starts.splice(0);
  return succeed(start, report);
};

const leave = async () => {
  await house?.close();
  if (scratch) await rm(scratch, { recursive: true });
};
const enter = async () => {
  await leave();
  scratch = await mkdtemp(join(tmpdir(), 'fusion-kit-'));
  house = await openHouse({ directory: scratch, play: forgetful });
  return house.engine;
};

/** Resolves when a run has completed, by the events after a number. */
async function completed(engine: Engine, after: number): Promise<void> {
  for await (const entries of engine.follow(after, new AbortController().signal))
    for (const { event } of entries) {
      if (event.type === 'run.completed') return;
      if (event.type === 'run.failed' || event.type === 'run.cancelled')
        throw new Error(`the run ended with ${event.type}`);
    }
}

const { synchronous } = await enter();
await contend(async () => ({
  durability: `SQLite, synchronous=${synchronous}; at most ${AGENTS_MAX} agents`,
  close: leave,
  async prepare(tasks) {
    const engine = await enter();
    const { id: project } = await engine.createProject({ path: tmpdir(), budget: {} });
    const nodes = tasks.map(({ id, needs }) => node(id, needs));
    const definition = graph(nodes, Math.min(AGENTS_MAX, widestLevel(nodes)));
    const { id: workflowId } = await engine.saveWorkflow({ project, definition, author: 'bench' });
    return async () => {
      const end = completed(engine, engine.head);
      await engine.startRun({ workflowId, inputs: {}, defaults: {} });
      await end;
    };
  },
}));
