import { widestLevel, criticalPath } from '@fusion-kit/domain/graph';
import { median, print } from './measure.ts';
import { edgesOf, tasksOf } from './shapes.ts';
import { watch } from '../tests/watch-server.ts';
import { openStage } from './stage.ts';

// What more agents are worth: a graph of 40 tasks, each one call of a model that takes 500 ms, through a server process as users start it, with model-loop
// agents in their cages and clones. From the request that starts the run to `run.completed`, the birth of the team included. The peer is the lower
// bound of the graph: no plan is faster than its longest chain, nor than all work divided by the agents, in whole calls.

const LATENCY_MS = 500;
const TASKS = tasksOf({ kind: 'layered', size: 40, width: 10 });
const ROUNDS = { 8: 5, 1: 2 };
const TEAM = [8, 1] as const;

const nodes = Object.fromEntries(
  TASKS.map(({ id, needs }) => [
    id,
    {
      prompt: `Do ${id}. <<SCRIPT [{"tool":"finish","args":{"summary":"Done."},"sleepMs":${LATENCY_MS}}] >>`,
      needs,
      title: id,
    },
  ]),
);
const boundMs = (agents: number) =>
  LATENCY_MS * Math.max(criticalPath(plain()).weight, Math.ceil(TASKS.length / agents));
const plain = () => TASKS.map(({ id, needs }) => ({ id, needs: needs.map((need) => ({ id: need })) }));

const stage = await openStage('productivity');
const events = await watch(stage.server);
try {
  const makespan = async (agents: number): Promise<number> => {
    const source = JSON.stringify({ name: `team-of-${agents}`, team: [{ name: 'worker', count: agents }], nodes });
    const workflow = await stage.server.call<{ id: string }>('POST', '/workflows', {
      project: stage.projectId,
      source,
      author: 'bench',
    });
    const started = performance.now();
    const { run } = await stage.server.call<{ run: { id: string } }>('POST', `/workflows/${workflow.id}/start`, {
      provider: 'scripted',
    });
    const { view, atMs } = await events.seen(
      ({ event }) => (event.type === 'run.completed' || event.type === 'run.failed') && event.runId === run.id,
    );
    if (view.event.type !== 'run.completed') throw new Error(`the run ended with ${JSON.stringify(view.event)}`);
    return atMs - started;
  };
  const samples: Record<number, number[]> = { 8: [], 1: [] };
  await makespan(8); // makes the project store, and warms up the compiler
  for (let round = 0; round < ROUNDS[8]; round += 1)
    for (const agents of TEAM) if (round < ROUNDS[agents]) samples[agents]?.push(await makespan(agents));
  const [many = [], one = []] = TEAM.map((agents) => samples[agents]);
  const graphName = `${TASKS.length} tasks, ${edgesOf(TASKS)} edges, at most ${widestLevel(plain())} at once, ${LATENCY_MS} ms of model each`;
  for (const agents of TEAM)
    print({
      claim: `${graphName}: makespan with ${agents === 1 ? 'one agent' : `${agents} agents`}`,
      unit: 'ms',
      ours: samples[agents] ?? [],
      peer: { name: 'lower bound', samples: [boundMs(agents)] },
      ...(agents > 1 && { note: `one agent takes ${(median(one) / median(many)).toFixed(1)} times as long` }),
    });
} finally {
  events.close();
  await stage.close();
}
