import { fork } from 'node:child_process';
import { once } from 'node:events';
import { startScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { type Seen, type Watch, watch } from '../tests/watch-server.ts';
import { median, print } from './measure.ts';
import { ownUse, treeUse } from './process-tree.ts';
import { openStage, type Stage } from './stage.ts';

// How fast agents step when many work: each step is one call of a model that takes 500 ms to answer and one tool that takes 50 ms, through a server process
// as users start it, with model-loop agents in their cages and clones. Measured is the time from one answer to the next of the same agent, as a client of
// the page's socket sees it, while all of the team are at work. The peer is one agent alone, and the least is what model and tool take. The provider is a
// process of its own, so that nobody else's work makes the model slower.

const MODEL_MS = 500;
const TOOL_MS = 50;
const AGENTS = 20;
const STEPS = 20;
/** The share of twenty times one agent's rate that has to be reached. */
const SHARE = 0.95;
const SAMPLE_MS = 500;
/** Looking at all processes is work for the system too, so it is done at every tenth look. */
const TREE_EVERY = 10;

const script = JSON.stringify([
  ...Array.from({ length: STEPS }, (_, step) => ({
    tool: 'shell',
    args: { command: `sleep ${TOOL_MS / 1_000}; echo ${step}` },
  })),
  { tool: 'finish', args: { summary: 'done' } },
]);

async function started({ server, projectId }: Stage, agents: number): Promise<string> {
  const nodes = Object.fromEntries(
    Array.from({ length: agents }, (_, at) => [
      `task-${at}`,
      { prompt: `Work. <<SCRIPT ${script} >>`, title: `Task ${at}` },
    ]),
  );
  const source = JSON.stringify({
    name: `steps-${agents}`,
    team: [{ name: 'worker', provider: 'local', count: agents }],
    nodes,
  });
  const saved = { project: projectId, source, author: 'bench' };
  const { id } = await server.call<{ id: string }>('POST', '/workflows', saved);
  return (await server.call<{ run: { id: string } }>('POST', `/workflows/${id}/start`, {})).run.id;
}

interface Team {
  /** Milliseconds from an answer to the next one of the same agent. */
  steps: number[];
  /** What the server process used and held meanwhile. */
  rssMb: number[];
  cpuMsPerStep: number;
  /** With the processes of the tools, shared pages divided. */
  treePssMb: number[];
}

async function team(stage: Stage, events: Watch, agents: number): Promise<Team> {
  const looks: { atMs: number; rssMb: number; cpuMs: number }[] = [];
  const treePssMb: number[] = [];
  const { pid } = stage.server;
  let looking = Promise.resolve();
  const look = async () => {
    looks.push({ atMs: performance.now(), ...(await ownUse(pid)) });
    if (looks.length % TREE_EVERY === 0) treePssMb.push((await treeUse(pid)).pssMb);
  };
  const timer = setInterval(() => (looking = looking.then(look)), SAMPLE_MS);
  const run = await started(stage, agents);
  const { view } = await events.seen(
    ({ event }) => (event.type === 'run.completed' || event.type === 'run.failed') && event.runId === run,
  );
  clearInterval(timer);
  await looking;
  if (view.event.type !== 'run.completed') throw new Error(`the run ended with ${JSON.stringify(view.event)}`);

  const times = answersOf(events.came, run);
  const begin = Math.max(...times.map(([first = 0]) => first));
  const end = Math.min(...times.map((of) => of.at(-1) ?? 0));
  const steps = times.flatMap((of) =>
    of.flatMap((at, n) => (n > 0 && (of[n - 1] ?? 0) >= begin && at <= end ? [at - (of[n - 1] ?? 0)] : [])),
  );
  const within = looks.filter(({ atMs }) => atMs >= begin && atMs <= end);
  const [first, last] = [within[0], within.at(-1)];
  if (!first || !last || first === last) throw new Error('the team was not at work together for long enough');
  const answered = times.flat().filter((at) => at >= first.atMs && at <= last.atMs).length;
  return {
    steps,
    rssMb: within.map(({ rssMb }) => rssMb),
    cpuMsPerStep: (last.cpuMs - first.cpuMs) / answered,
    treePssMb,
  };
}

/** When each agent of a run was answered. */
function answersOf(came: readonly Seen[], run: string): number[][] {
  const times = new Map<string, number[]>();
  for (const { view, atMs } of came) {
    if (view.event.type !== 'step.answered' || view.event.runId !== run) continue;
    const of = times.get(view.event.agentId) ?? [];
    times.set(view.event.agentId, [...of, atMs]);
  }
  return [...times.values()];
}

interface Place {
  baseUrl: string;
  apiKey: string;
}

/** Serves until it is killed. */
async function provide(): Promise<void> {
  const { baseUrl, apiKey } = await startScriptedServer({ latencyMs: MODEL_MS });
  process.send?.({ baseUrl, apiKey } satisfies Place);
}

async function measure(): Promise<void> {
  const closers: (() => Promise<unknown> | void)[] = [];
  try {
    const child = fork(import.meta.filename, ['provider']);
    closers.push(() => void child.kill());
    const [provider] = (await once(child, 'message')) as [Place];
    const stage = await openStage('steps', { LOCAL_KEY: provider.apiKey, FUSION_KIT_KEYRING: 'off' });
    closers.push(() => stage.close());
    await stage.addProvider('local', provider.baseUrl);
    const events = await watch(stage.server);
    closers.push(() => events.close());

    const one = await team(stage, events, 1);
    const many = await team(stage, events, AGENTS);
    const rate = ({ steps }: Team) => 1_000 / (steps.reduce((sum, step) => sum + step, 0) / steps.length);
    const peer = { name: 'one agent', samples: one.steps };
    print({
      claim: `step of ${AGENTS} agents at work, model ${MODEL_MS} ms and tool ${TOOL_MS} ms`,
      unit: 'ms',
      ours: many.steps,
      peer: [peer, { name: 'the least', samples: [MODEL_MS + TOOL_MS] }],
      aim: 1_000 / rate(one) / SHARE,
      aimAt: 'mean',
      note: `rate of ${AGENTS}: ${((100 * rate(many)) / rate(one)).toFixed(1)} % of ${AGENTS} times one agent's`,
    });
    print({
      claim: `resident memory of the server process with ${AGENTS} agents at work`,
      unit: 'MB',
      ours: many.rssMb,
      peer: { name: 'one agent', samples: one.rssMb },
      aim: 400,
      aimAt: 'max',
      note: `with the processes of their tools, shared pages divided: ${median(many.treePssMb).toFixed(0)} MB`,
    });
    console.log(
      `  processor time of the server for a step: ${many.cpuMsPerStep.toFixed(1)} ms, with one agent ${one.cpuMsPerStep.toFixed(1)} ms`,
    );
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

await (process.argv[2] === 'provider' ? provide() : measure());
