import type { Agent } from '@fusion-kit/domain/agent';
import type { Command } from '@fusion-kit/domain/command';
import type { Entry } from '@fusion-kit/domain/entry';
import type { EventOf } from '@fusion-kit/domain/event';
import type { AgentId, TaskId } from '@fusion-kit/domain/ids';
import type { Admission } from '@fusion-kit/domain/ports/admission';
import { STARVATION_BOUND_MS } from '@fusion-kit/domain/schedule';
import { waitingReason } from '@fusion-kit/domain/schedule-reason';
import type { Limits } from '@fusion-kit/domain/schedule-limits';
import type { TaskSpec } from '@fusion-kit/domain/task';
import { World } from '@fusion-kit/domain/world';
import { ArrayJournal } from '@fusion-kit/testing/array-journal';
import { createProject, numberedTask, receiptOf, startRun } from '@fusion-kit/testing/engine-parts';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Log } from '../log.ts';
import { ulidIds } from '../new-id.ts';
import { Scheduler } from '../scheduler.ts';
import { Writer } from '../writer.ts';

const agent = (n: number) => sampleId('agt', n);
const task = (n: number) => sampleId('tsk', n);
const [ada, bob] = [agent(1), agent(2)];

interface Options {
  tasks: readonly TaskSpec[];
  agents: number;
  stealing?: boolean;
  schedulers?: number;
  limits?: Limits;
  concurrency?: number;
  admission?: Admission;
}

/** Writer and schedulers, and agents that work only when they are told to. */
async function open({ tasks, agents, schedulers: count = 1, ...options }: Options) {
  const journal = new ArrayJournal();
  const world = new World({ limits: options.limits });
  let now = 1_000;
  const writer = new Writer({ journal, log: new Log(journal, 0), world, clock: () => now });
  const { stealing = true, admission, concurrency } = options;
  const parts = { world, writer, newId: ulidIds(Date.now), clock: () => now, stealing, admission };
  const schedulers = Array.from({ length: count }, () => new Scheduler(parts));
  onTestFinished(() => schedulers.forEach((each) => each.stop()));
  const assigned: EventOf<'task.assigned'>[] = [];
  let mostAtWork = 0;
  writer.ahead((entries: readonly Entry[]) => {
    for (const { event } of entries) if (event.type === 'task.assigned') assigned.push(event);
    mostAtWork = Math.max(mostAtWork, world.atWork.size);
    for (const scheduler of schedulers) scheduler.see(entries);
  });
  await writer.submit(createProject);
  const start = startRun(tasks, agents, concurrency === undefined ? {} : { concurrency });
  await writer.submit(start);
  /** Until nothing more happens by itself. */
  const quiet = async () => {
    for (let before = -1; before !== journal.appends;) {
      before = journal.appends;
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await writer.settled();
    }
  };
  for (const { id } of start.agents)
    void writer.submit({ type: 'agent.arrive', agentId: id, workspace: '/w', sandbox: 'none' });
  await quiet();
  const callerOf = ({ id, taskId, dispatchId }: Agent) => ({
    projectId: start.spec.projectId,
    runId: start.spec.id,
    taskId: taskId!,
    agentId: id,
    dispatchId: dispatchId!,
  });
  const holds = (id: AgentId): TaskId | undefined => world.get('agents', id)?.taskId;
  return {
    world,
    writer,
    assigned,
    quiet,
    holds,
    mostAtWork: () => mostAtWork,
    pass: (ms: number) => void (now += ms),
    submit: async (command: Command) => {
      await writer.submit(command);
      await quiet();
    },
    /** An agent is done with what it holds. */
    async finish(...ids: readonly AgentId[]) {
      for (const id of ids) {
        const caller = callerOf(world.get('agents', id)!);
        void writer.submit({ type: 'dispatch.start', caller });
        void writer.submit({ type: 'dispatch.prove', caller, outputs: {}, receipt: receiptOf() });
      }
      await quiet();
    },
    lose: (id: AgentId) =>
      writer.submit({ type: 'dispatch.lose', caller: callerOf(world.get('agents', id)!), reason: 'gone' }),
    /** One more agent of the project. */
    async hire(agentId: AgentId, capabilities: string[] = []) {
      const spec = { name: `hired-${agentId.slice(-1)}`, runtime: 'none', capabilities, subscriptions: [], budget: {} };
      await writer.submit({ type: 'agent.spawn', agentId, projectId: start.spec.projectId, spec });
      await writer.submit({ type: 'agent.arrive', agentId, workspace: '/w', sandbox: 'none' });
      await quiet();
    },
    async add(spec: TaskSpec) {
      await writer.submit({ type: 'task.create', spec });
      await quiet();
    },
  };
}

const story = (name: string, numbers: readonly number[], change: Partial<TaskSpec> = {}) =>
  numbers.map((number) => numberedTask(number, { affinity: name, ...change }));
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

/** Rounds in which every agent at work ends one task, until nobody has any. */
async function rounds(house: Awaited<ReturnType<typeof open>>): Promise<number> {
  let count = 0;
  for (; house.world.atWork.size > 0; count += 1) await house.finish(...house.world.atWork);
  return count;
}

describe('a story of twelve tasks that one agent knows its way in', () => {
  const tasks = story('login', numbers(1, 12));

  it('takes three rounds when three others who have nothing to do take from its tail', async () => {
    const house = await open({ tasks, agents: 4 });
    expect(await rounds(house)).toBe(3);
    expect(house.assigned.filter((event) => event.stolenFrom === ada)).toHaveLength(9);
    expect(house.assigned[1]).toMatchObject({ taskId: task(12), agentId: bob });
    expect(house.world.get('runs', house.assigned[0]!.runId)).toBeUndefined(); // it has ended
  });

  it('takes twelve when nobody may', async () => {
    expect(await rounds(await open({ tasks, agents: 4, stealing: false }))).toBe(12);
  });

  it('leaves alone what only its own agent can do', async () => {
    const house = await open({ tasks: story('login', [1, 2], { requires: ['code'] }), agents: 1 });
    await house.hire(agent(9), ['paint']);
    expect(house.holds(agent(9))).toBeUndefined();
  });
});

describe('while everybody has something to do', () => {
  const stories = [...story('a', numbers(1, 4)), ...story('b', numbers(5, 4)), ...story('c', numbers(9, 4))];

  it('each agent goes on with its own story, in whatever order they end', async () => {
    const house = await open({ tasks: stories, agents: 3 });
    for (let round = 0; round < 4; round += 1)
      for (const number of round % 2 === 0 ? [3, 1, 2] : [2, 3, 1]) await house.finish(agent(number));
    expect(house.assigned).toHaveLength(12);
    for (const name of ['a', 'b', 'c']) {
      const nodes = new Set(stories.filter(({ affinity }) => affinity === name).map(({ id }) => id));
      const workers = house.assigned.filter(({ taskId }) => nodes.has(taskId)).map(({ agentId }) => agentId);
      expect(new Set(workers).size).toBe(1);
    }
    expect(house.assigned.filter((event) => event.stolenFrom)).toEqual([]);
  });

  it('what is urgent does not wait for the one who knows its way there', async () => {
    const tasks = [
      numberedTask(1, { affinity: 'a', priority: 9 }),
      numberedTask(2, { priority: 5 }),
      numberedTask(3, { priority: 5 }),
    ];
    const house = await open({ tasks, agents: 2 });
    expect([house.holds(ada), house.holds(bob)]).toEqual([task(1), task(2)]);
    await house.add(numberedTask(4, { affinity: 'a', priority: 9 }));
    await house.finish(bob);
    expect(house.holds(bob)).toBe(task(4));
    expect(house.assigned.at(-1)).toMatchObject({ stolenFrom: ada });
  });

  it('nothing waits longer than the bound for newer tasks, though they are of the highest priority and its own agent is busy', async () => {
    const house = await open({ tasks: story('a', [1, 2], { priority: 0 }), agents: 1 });
    house.pass(STARVATION_BOUND_MS + 1);
    for (const number of [3, 4, 5]) await house.add(numberedTask(number, { priority: 9, unblocks: 100 }));
    await house.hire(bob);
    expect(house.holds(bob)).toBe(task(2));
  });
});

it('who has nothing else to do takes what waited too long rather than the tail of a longer queue', async () => {
  const house = await open({ tasks: [...story('a', [1, 2], { priority: 0 }), ...story('b', [3])], agents: 2 });
  expect(new Set([house.holds(ada), house.holds(bob)])).toEqual(new Set([task(1), task(3)]));
  house.pass(STARVATION_BOUND_MS + 1);
  for (const one of story('b', numbers(4, 5), { priority: 9, unblocks: 100 })) await house.add(one);
  await house.hire(agent(3));
  expect(house.holds(agent(3))).toBe(task(2));
});

it('nobody takes what is kept for the conversation of a paused agent, and all may have what it only knew its way in', async () => {
  const house = await open({ tasks: story('a', [1, 2, 3]), agents: 1 });
  await house.submit({ type: 'agent.pause', agentId: ada });
  await house.lose(ada);
  await house.hire(bob);
  await house.finish(bob);
  await house.finish(bob);
  expect(house.assigned.slice(1).map(({ taskId }) => taskId)).toEqual([task(2), task(3)]);
  expect(waitingReason(house.world, house.world.get('tasks', task(1))!, 0)).toBe('its agent agent-1 is paused');
  await house.submit({ type: 'agent.resume', agentId: ada });
  expect(house.holds(ada)).toBe(task(1));
});

it('a story goes over to another agent when its own is gone', async () => {
  const house = await open({ tasks: [...story('a', [1, 2, 3]), ...story('b', [4, 5])], agents: 2 });
  await house.submit({ type: 'agent.terminate', agentId: ada, reason: 'enough' });
  await rounds(house);
  expect(house.assigned.slice(2)).toMatchObject([5, 1, 2, 3].map((n) => ({ taskId: task(n), agentId: bob })));
  expect(house.assigned.filter((event) => event.stolenFrom)).toEqual([]);
});

describe('two schedulers over one writer', () => {
  const tasks = [
    ...numbers(1, 20).map((n) => numberedTask(n)),
    ...story('a', numbers(21, 20)),
    ...numbers(41, 20).map((n) => numberedTask(n, {}, [n - 40])),
  ];

  it('never give a task out twice, and all tasks are done', async () => {
    const house = await open({ tasks, agents: 5, schedulers: 2 });
    await rounds(house);
    expect(house.assigned.map(({ taskId }) => taskId).toSorted()).toEqual(tasks.map(({ id }) => id).toSorted());
    expect(house.assigned.every(({ fence }) => fence === 1)).toBe(true);
  });

  it.each<[string, Partial<Options>, number]>([
    ['of a runtime', { limits: { runtime: { 'model-loop': 3 }, provider: {} } }, 3],
    ['of a run', { concurrency: 2 }, 2],
    ['', {}, 5],
  ])('never pass a limit %s', async (_of, options, most) => {
    const house = await open({ tasks, agents: 5, schedulers: 2, ...options });
    await rounds(house);
    expect(house.assigned).toHaveLength(tasks.length);
    expect(house.mostAtWork()).toBe(most);
  });
});

describe('when the machine has no room', () => {
  it('nothing begins and the reason is told; it is asked again by itself, and only while something waits', async () => {
    let shortage: string | undefined = 'too little memory is free';
    const asked: number[] = [];
    const admission: Admission = {
      admit(_agent, atWork) {
        asked.push(atWork.length);
        return atWork.length >= 2 ? shortage : undefined;
      },
    };
    const house = await open({ tasks: numbers(1, 4).map((n) => numberedTask(n)), agents: 4, admission });
    expect(house.world.atWork.size).toBe(2);
    expect(asked).toContain(1); // what is on its way to the writer counts already
    const waits = () => waitingReason(house.world, house.world.get('tasks', task(3))!, 0);
    expect(waits()).toBe('too little memory is free');
    shortage = undefined;
    await expect.poll(() => house.world.atWork.size, { timeout: 5_000 }).toBe(4);
    expect(waits()).toBeUndefined();
    const then = asked.length;
    await rounds(house);
    expect(asked).toHaveLength(then);
    expect(house.world.shortages.size).toBe(0);
  });
});
