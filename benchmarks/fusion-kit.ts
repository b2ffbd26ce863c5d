import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { graph, type House, node, openHouse, runEnds } from '../tests/house.ts';
import { contend } from './contender.ts';

// fusion-kit's engine with its journal in a file, the scheduler and the local transport; only the runner is scripted: it reports each task as started
// and as proved. What is durable of a task, each change before anybody is told of it: created, assigned, started, completed with outputs and receipt.
// A kill at any point loses nothing; a task is accepted once, by its dispatch, its fence and its token.

const AGENTS = 32;

let scratch: string | undefined;
let house: House | undefined;

const leave = async () => {
  await house?.close();
  if (scratch) await rm(scratch, { recursive: true });
};
const enter = async () => {
  await leave();
  scratch = await mkdtemp(join(tmpdir(), 'fusion-kit-'));
  house = await openHouse({ directory: scratch });
  return house.engine;
};

const { synchronous } = await enter();
await contend(async () => ({
  durability: `SQLite, synchronous=${synchronous}; ${AGENTS} agents`,
  close: leave,
  async prepare(tasks) {
    const engine = await enter();
    const { id: project } = await engine.createProject({ path: tmpdir(), budget: {} });
    const nodes = tasks.map(({ id, needs }) => node(id, needs));
    const definition = graph(nodes, AGENTS);
    const { id: workflowId } = await engine.saveWorkflow({ project, definition, author: 'bench' });
    return async () => {
      const run = await engine.startRun({ workflowId, inputs: {}, defaults: {} });
      const { event } = await runEnds(engine, run.id);
      if (event.type !== 'run.completed') throw new Error(`the run ended with ${event.type}`);
    };
  },
}));
