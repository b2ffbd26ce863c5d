import type { EventOf } from '@fusion-kit/domain/event';
import { criticalPath, dependents } from '@fusion-kit/domain/graph';
import type { AgentId, TaskId } from '@fusion-kit/domain/ids';
import type { TaskSpec } from '@fusion-kit/domain/task';
import { World } from '@fusion-kit/domain/world';
import { Log } from '@fusion-kit/engine/log';
import { ulidIds } from '@fusion-kit/engine/new-id';
import { Scheduler } from '@fusion-kit/engine/scheduler';
import { Writer } from '@fusion-kit/engine/writer';
import { ArrayJournal } from '@fusion-kit/testing/array-journal';
import { createProject, numberedTask, receiptOf, startRun } from '@fusion-kit/testing/engine-parts';
import { median, quantile } from './measure.ts';

// What affinity and stealing gain. The real scheduler and writer give out the tasks; the agents are simulated, and time is virtual: a task takes what its seed says, and
// 30 % more with an agent that did something of another story before. The same graphs under four policies; figures are those of the same seed divided by each other.

const SEEDS = 12;
const COLD = 1.3;
const MINUTE_MS = 60_000;

interface Job {
  id: TaskId;
  story: string;
  needs: { id: TaskId }[];
  priority: number;
  unblocks: number;
  durationMs: number;
}

/** A generator of numbers from 0 to 1 that gives the same ones for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Stories as task lists have them: each begins with one task, then some that may run together and some in a row, and ends with one; sizes by `sizes`. */
function stories(random: () => number, sizes: readonly number[]): Job[] {
  const jobs: Job[] = [];
  const add = (story: string, priority: number, needs: readonly number[]): number => {
    const durationMs = (1 + 9 * random() ** 2) * MINUTE_MS;
    const { id } = numberedTask(jobs.length + 1);
    jobs.push({ id, story, priority, durationMs, needs: needs.map((at) => ({ id: jobs[at]!.id })), unblocks: 0 });
    return jobs.length - 1;
  };
  const setup = add('setup', 5, [add('setup', 5, [])]);
  const ends = sizes.map((size, at) => {
    const story = `story ${at + 1}`;
    const priority = Math.max(1, 8 - at);
    const first = add(story, priority, [setup]);
    const middle: number[] = [];
    for (let count = 0; count < size - 2; count += 1)
      middle.push(add(story, priority, [random() < 0.6 || middle.length === 0 ? first : middle.at(-1)!]));
    return add(story, priority, [first, ...middle]);
  });
  add('polish', 5, ends);
  for (const job of jobs) for (const need of job.needs) jobs.find(({ id }) => id === need.id)!.unblocks += 1;
  return jobs;
}

const GRAPHS: { name: string; agents: number; make: (random: () => number) => Job[] }[] = [
  {
    name: '6 stories of 4 to 12 tasks, 4 agents',
    agents: 4,
    make: (random) =>
      stories(
        random,
        Array.from({ length: 6 }, () => 4 + Math.floor(random() * 9)),
      ),
  },
  {
    name: 'one story of 40 tasks and 5 of 6, 6 agents',
    agents: 6,
    make: (random) => stories(random, [40, 6, 6, 6, 6, 6]),
  },
  {
    name: '20 stories of 3 to 15 tasks, 8 agents',
    agents: 8,
    make: (random) =>
      stories(
        random,
        Array.from({ length: 20 }, () => 3 + Math.floor(random() * 13)),
      ),
  },
];

interface Policy {
  name: string;
  spec: (job: Job) => Partial<TaskSpec>;
  stealing: boolean;
}
const prioritized = ({ priority, unblocks }: Job) => ({ priority, unblocks });
const POLICIES: Policy[] = [
  { name: 'first in, first out', spec: () => ({ priority: 5, unblocks: 0 }), stealing: false },
  { name: 'priority', spec: prioritized, stealing: false },
  { name: 'affinity', spec: (job) => ({ ...prioritized(job), affinity: job.story }), stealing: false },
  { name: 'affinity, stealing', spec: (job) => ({ ...prioritized(job), affinity: job.story }), stealing: true },
];

interface Outcome {
  makespanMs: number;
  waitP95Ms: number;
  /** Tasks begun by an agent that did something else before. */
  cold: number;
  stolen: number;
}

async function play(jobs: readonly Job[], agents: number, policy: Policy): Promise<Outcome> {
  let now = 1;
  const journal = new ArrayJournal();
  const world = new World();
  const writer = new Writer({ journal, log: new Log(journal, 0), world, clock: () => now });
  const newId = ulidIds(() => now);
  const scheduler = new Scheduler({ world, writer, newId, clock: () => now, stealing: policy.stealing });
  const jobOf = new Map(jobs.map((job) => [job.id, job]));
  const open = new Map(jobs.map((job) => [job.id, job.needs.length]));
  const following = dependents(jobs);
  const readyAt = new Map(jobs.filter((job) => job.needs.length === 0).map((job) => [job.id, now]));
  const storyOf = new Map<AgentId, string>();
  const atWork: { endsAt: number; event: EventOf<'task.assigned'> }[] = [];
  const waits: number[] = [];
  let cold = 0;
  let stolen = 0;
  const begin = (event: EventOf<'task.assigned'>) => {
    const { story, durationMs } = jobOf.get(event.taskId)!;
    const isCold = storyOf.get(event.agentId) !== story;
    if (isCold) cold += 1;
    if (event.stolenFrom) stolen += 1;
    storyOf.set(event.agentId, story);
    waits.push(now - readyAt.get(event.taskId)!);
    atWork.push({ endsAt: now + Math.round(durationMs * (isCold ? COLD : 1)), event });
  };
  writer.ahead((entries) => {
    for (const { event } of entries) {
      if (event.type === 'task.assigned') begin(event);
      if (event.type !== 'task.completed') continue;
      for (const id of following.get(event.taskId) as TaskId[]) {
        open.set(id, open.get(id)! - 1);
        if (open.get(id) === 0) readyAt.set(id, now);
      }
    }
    scheduler.see(entries);
  });
  const tasks = jobs.map((job, at) =>
    numberedTask(at + 1, { ...policy.spec(job), needs: job.needs.map(({ id }) => ({ id, accept: ['completed'] })) }),
  );
  const start = startRun(tasks, agents);
  void writer.submit(createProject);
  void writer.submit(start);
  for (const { id } of start.agents)
    void writer.submit({ type: 'agent.arrive', agentId: id, workspace: '/w', sandbox: 'none' });
  await writer.settled();
  while (atWork.length > 0) {
    atWork.sort((one, other) => one.endsAt - other.endsAt);
    const { endsAt, event } = atWork.shift()!;
    now = endsAt;
    const { projectId, runId, taskId, agentId, dispatchId } = event;
    const caller = { projectId, runId, taskId, agentId, dispatchId };
    await Promise.all([
      writer.submit({ type: 'dispatch.start', caller }),
      writer.submit({ type: 'dispatch.prove', caller, outputs: {}, receipt: receiptOf() }),
    ]);
    await writer.settled();
  }
  scheduler.stop();
  if (waits.length !== jobs.length) throw new Error(`${waits.length} of ${jobs.length} tasks were begun`);
  return { makespanMs: now, waitP95Ms: quantile(waits, 0.95), cold, stolen };
}

const spread = (samples: readonly number[], digits: number): string =>
  `${median(samples).toFixed(digits)} [${Math.min(...samples).toFixed(digits)}..${Math.max(...samples).toFixed(digits)}]`;

console.log(
  `\nScheduling policies, ${SEEDS} seeds: median [smallest..largest]. Minutes are virtual; × is the ratio to first in, first out of the same seed.`,
);
for (const { name, agents, make } of GRAPHS) {
  const graphs = Array.from({ length: SEEDS }, (_, seed) => make(seeded(seed + 1)));
  const outcomes = new Map<string, Outcome[]>();
  for (const policy of POLICIES) {
    const played: Outcome[] = [];
    for (const jobs of graphs) played.push(await play(jobs, agents, policy));
    outcomes.set(policy.name, played);
  }
  const base = outcomes.get(POLICIES[0]!.name)!;
  // Nobody ends sooner: as long as the longest chain takes, and as all work takes that is shared evenly.
  const bounds = graphs.map((jobs) => {
    const total = jobs.reduce((sum, job) => sum + job.durationMs, 0);
    const chain = criticalPath(jobs, (job) => job.durationMs).weight;
    return Math.max(total / agents, chain);
  });
  console.log(`\n${name}`);
  for (const [policy, played] of outcomes) {
    const ratios = (figure: (outcome: Outcome) => number) =>
      played.map((outcome, at) => figure(outcome) / figure(base[at]!));
    const makespans = played.map((outcome, at) => outcome.makespanMs / bounds[at]!);
    console.log(
      [
        `  ${policy.padEnd(20)}`,
        `makespan ${spread(
          played.map(({ makespanMs }) => makespanMs / MINUTE_MS),
          0,
        )} min, × ${spread(
          ratios(({ makespanMs }) => makespanMs),
          2,
        )}, lower bound × ${median(makespans).toFixed(2)};`,
        `p95 wait ${spread(
          played.map(({ waitP95Ms }) => waitP95Ms / MINUTE_MS),
          0,
        )} min, × ${spread(
          ratios(({ waitP95Ms }) => waitP95Ms),
          2,
        )};`,
        `cold ${median(played.map(({ cold }) => cold))}, stolen ${median(played.map(({ stolen }) => stolen))}`,
      ].join(' '),
    );
  }
  const stealing = outcomes.get('affinity, stealing')!;
  const gain = (other: readonly Outcome[], figure: (outcome: Outcome) => number): string =>
    spread(
      stealing.map((outcome, at) => figure(outcome) / figure(other[at]!)),
      2,
    );
  for (const [policy, played] of outcomes) {
    if (played === stealing) continue;
    const makespan = gain(played, ({ makespanMs }) => makespanMs);
    console.log(
      `  with stealing against ${policy}: makespan × ${makespan}, p95 wait × ${gain(played, ({ waitP95Ms }) => waitP95Ms)}`,
    );
  }
}
