import { templatesOf } from '@fusion-kit/domain/node';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentWork, eventually, graph, node, type Play, runEnds, startRun, succeed, tasksOf } from './house.ts';
import { house } from './opened-houses.ts';

const failing =
  (code: 'verification_failed' | 'provider_limited' | 'budget_exceeded', times: number): Play =>
  async (start, report) => {
    if (start.fence > times) return succeed(start, report);
    await report({ type: 'dispatch.started' });
    await report({ type: 'dispatch.failed', failure: { code, message: 'no', remedy: 'yes' } });
  };

describe('a run', () => {
  it('does every task after what it needs, and releases its team', async () => {
    const home = await house();
    const run = await startRun(home, graph([node('a'), node('b', ['a']), node('c', ['a']), node('d', ['b', 'c'])]));
    expect((await runEnds(home.engine, run.id)).event.type).toBe('run.completed');
    const order = home.starts.map((start) => start.title);
    expect(order[0]).toBe('Do a');
    expect(order.at(-1)).toBe('Do d');
    expect(
      await home.engine.read(
        (world) => [...world.all('agents')].filter((agent) => agent.state !== 'terminated').length,
      ),
    ).toBe(0);
  });

  it('any graph ends with every task completed, each started after what it needs', async () => {
    const home = await house();
    const shapes = fc.integer({ min: 1, max: 25 }).chain((size) =>
      fc.tuple(
        ...Array.from({ length: size }, (_, at) =>
          fc.subarray(
            Array.from({ length: at }, (__, n) => n),
            { maxLength: Math.min(4, at) },
          ),
        ),
      ),
    );
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const nodes = shape.map((needs, at) =>
          node(
            `n${at}`,
            needs.map((need) => `n${need}`),
          ),
        );
        const run = await startRun(home, graph(nodes, 3, { name: `graph-${Math.random()}` }));
        expect((await runEnds(home.engine, run.id)).event.type).toBe('run.completed');
        const started = home.starts.filter((start) => start.caller.runId === run.id).map((start) => start.title);
        expect(started).toHaveLength(nodes.length);
        for (const each of nodes)
          for (const need of each.needs)
            expect(started.indexOf(`Do ${need.id}`)).toBeLessThan(started.indexOf(`Do ${each.id}`));
      }),
      { numRuns: 40 },
    );
  });

  it('hands outputs and inputs on', async () => {
    const home = await house();
    const work = { ...agentWork('b'), prompt: 'Goal: ${{ inputs.goal }}. Before: ${{ nodes.a.outputs.summary }}' };
    await startRun(home, graph([node('a'), node('b', ['a'], { work })], 1, { inputs: { goal: {} } }), { goal: 'tea' });
    await eventually(home.engine, ['run.completed']);
    expect(templatesOf(home.starts[1]!.work)['prompt']).toBe('Goal: tea. Before: done');
  });

  it('takes the longest node and agent that a definition may hold, and says which inputs are too long', async () => {
    const home = await house();
    const work = { ...agentWork('a'), prompt: 'x'.repeat(10_000), outputs: [] };
    const long = graph([node('a', [], { work, title: 'y'.repeat(200) })], 1, {
      inputs: { goal: {} },
      check: ['z'.repeat(5_000)],
    });
    const run = await startRun(home, long, { goal: 'g'.repeat(5_900) });
    expect((await runEnds(home.engine, run.id)).event.type).toBe('run.completed');
    await expect(startRun(home, long, { goal: 'g'.repeat(6_000) })).rejects.toMatchObject({
      code: 'workflow_too_large',
    });
  });

  it('gives a task only to an agent with its capability', async () => {
    const home = await house();
    const team = ['plan', 'code'].map((capability) => ({
      name: capability,
      runtime: 'none',
      capabilities: [capability],
      subscriptions: [],
      budget: {},
    }));
    await startRun(
      home,
      graph([node('a', [], { requires: ['plan'] }), node('b', [], { requires: ['code'] })], 0, { team }),
    );
    await eventually(home.engine, ['run.completed']);
    expect(new Map(home.starts.map((start) => [start.title, start.agent.name]))).toEqual(
      new Map([
        ['Do a', 'plan'],
        ['Do b', 'code'],
      ]),
    );
  });

  it('starts a task that needs a thousand others after the last of them', async () => {
    const home = await house();
    const many = Array.from({ length: 1_000 }, (_, n) => node(`n${n}`));
    const all = many.map(({ id }) => id);
    const run = await startRun(home, graph([...many, node('join', all)], 8));
    expect((await runEnds(home.engine, run.id)).event.type).toBe('run.completed');
    expect(home.starts.at(-1)?.title).toBe('Do join');
    const last = (await tasksOf(home.engine, run.id)).find((task) => task.node === 'join');
    expect(last?.needs).toHaveLength(1_000);
  });

  it('starts the higher priority first', async () => {
    const home = await house();
    await startRun(
      home,
      graph([node('low', [], { priority: 1 }), node('high', [], { priority: 9 }), node('middle')], 1),
    );
    await eventually(home.engine, ['run.completed']);
    expect(home.starts.map((start) => start.title)).toEqual(['Do high', 'Do middle', 'Do low']);
  });

  it('fails closed: dependents of a failed task are cancelled with its id', async () => {
    const home = await house({ play: failing('verification_failed', 9) });
    const run = await startRun(home, graph([node('a'), node('b', ['a']), node('c', ['b'])]));
    expect((await runEnds(home.engine, run.id)).event).toMatchObject({
      type: 'run.failed',
      failure: { message: 'task a failed' },
    });
    const [a, b, c] = await tasksOf(home.engine, run.id);
    expect([a?.state, b?.state, c?.state]).toEqual(['failed', 'cancelled', 'cancelled']);
    expect([b?.reason, c?.reason]).toEqual([`dependency_failed:${a?.id}`, `dependency_failed:${b?.id}`]);
  });

  it('tries a failed task again, saying why, and counts the attempts', async () => {
    const home = await house({ play: failing('verification_failed', 2) });
    const run = await startRun(home, graph([node('a', [], { retry: { limit: 2, backoffMs: 1 } })]));
    expect((await runEnds(home.engine, run.id)).event.type).toBe('run.completed');
    expect((await tasksOf(home.engine, run.id))[0]).toMatchObject({ fence: 3, attempts: 2 });
    expect(home.starts[1]?.note).toContain('was not accepted: no');
  });

  it('comes back after a provider limit without using up an attempt', async () => {
    const home = await house({ play: failing('provider_limited', 3) });
    const run = await startRun(home, graph([node('a')]));
    expect((await runEnds(home.engine, run.id)).event.type).toBe('run.completed');
    expect((await tasksOf(home.engine, run.id))[0]).toMatchObject({ fence: 4, attempts: 0 });
  });

  it('does not try again what another attempt cannot mend', async () => {
    const home = await house({ play: failing('budget_exceeded', 1) });
    const run = await startRun(home, graph([node('a', [], { retry: { limit: 5, backoffMs: 1 } })]));
    expect((await runEnds(home.engine, run.id)).event.type).toBe('run.failed');
  });

  it.each([
    ['true', 'run.completed'],
    ['false', 'run.failed'],
  ])('ends by the check `%s` of the project: %s', async (check, end) => {
    const home = await house();
    const run = await startRun(home, graph([node('a')], 1, { check: [check] }));
    expect((await runEnds(home.engine, run.id)).event.type).toBe(end);
  });

  it('cancelled, stops what is at work and starts nothing more', async () => {
    const home = await house({ play: (_start, report) => void report({ type: 'dispatch.started' }) });
    const run = await startRun(home, graph([node('a'), node('b', ['a'])]));
    await eventually(home.engine, ['task.started']);
    await home.engine.submit({ type: 'run.cancel', runId: run.id, reason: 'enough' });
    await eventually(home.engine, ['agent.terminated']);
    expect(home.starts).toHaveLength(1);
    expect(home.commands.map((command) => command.type)).toContain('dispatch.stop');
    expect((await tasksOf(home.engine, run.id)).map((task) => task.state)).toEqual(['cancelled', 'cancelled']);
  });

  it('paused, starts nothing until it is resumed', async () => {
    const home = await house({ ready: false });
    const run = await startRun(home, graph([node('a')], 1));
    await home.engine.submit({ type: 'run.pause', runId: run.id });
    const agent = await home.engine.read((world) => [...world.all('agents')][0]!);
    await home.engine.submit({ type: 'agent.arrive', agentId: agent.id, workspace: '/w', sandbox: 'none' });
    await home.engine.read(() => 0);
    expect(home.starts).toHaveLength(0);
    await home.engine.submit({ type: 'run.resume', runId: run.id });
    await runEnds(home.engine, run.id);
    expect(home.starts).toHaveLength(1);
  });
});

describe('a task given by hand', () => {
  const asked = { ...node('x'), title: 'By hand', needs: [] };
  const { id: _id, ...task } = asked;

  it('is refused when it needs what can never come: a task of another run, or one that ended otherwise', async () => {
    const home = await house({ play: failing('verification_failed', 9) });
    const run = await startRun(home, graph([node('a')], 1));
    await runEnds(home.engine, run.id);
    const elsewhere = (await tasksOf(home.engine, run.id))[0]!.id;
    const after = (id: typeof elsewhere) =>
      home.engine.createTask({
        project: run.projectId,
        task: { ...task, needs: [{ id, accept: ['completed'] }] },
      });
    await expect(after(elsewhere)).rejects.toMatchObject({ code: 'workflow_needs_unknown' });
    const first = await home.engine.createTask({ project: run.projectId, task });
    await home.engine.submit({ type: 'task.cancel', taskId: first.id, reason: 'enough' });
    await expect(after(first.id)).rejects.toMatchObject({ code: 'dependency_failed' });
  });
});

describe('a dispatch', () => {
  it('is refused once it is over: its token died with it', async () => {
    let late: Promise<unknown> | undefined;
    const home = await house({
      play: async (start, report) => {
        await succeed(start, report);
        late = report({
          type: 'dispatch.proved',
          outputs: {},
          receipt: { kind: 'unverified', files: [], fileCount: 0, checks: [], sandbox: 'none' },
        });
      },
    });
    await startRun(home, graph([node('a')]));
    await eventually(home.engine, ['run.completed']);
    expect(await late).toMatchObject({ ok: false, failure: { code: 'dispatch_stale' } });
  });

  it('gets messages sent while it works, and the sender sees where they stand', async () => {
    let go: () => void = () => {};
    const gone = new Promise<void>((resolve) => (go = resolve));
    const home = await house({
      play: async (start, report) => {
        await report({ type: 'dispatch.started' });
        await gone;
        await succeed(start, report);
      },
    });
    const run = await startRun(home, graph([node('a')], 1));
    await eventually(home.engine, ['task.started']);
    const agent = await home.engine.read((world) => [...world.all('agents')][0]!);
    const messageId = home.engine.newId('msg');
    await home.engine.submit({
      type: 'message.send',
      messageId,
      projectId: run.projectId,
      from: { kind: 'person', name: 'Mia' },
      to: { agentId: agent.id },
      text: 'Mind the gap',
    });
    await eventually(home.engine, ['message.sent']);
    await expect
      .poll(() => home.commands.find((command) => command.type === 'dispatch.deliver'))
      .toMatchObject({ messages: [{ id: messageId, from: 'Mia', text: 'Mind the gap' }] });
    go();
    await runEnds(home.engine, run.id);
    const [message] = await home.engine.find({ table: 'messages', limit: 1 });
    expect(message?.deliveries[agent.id]).toMatchObject({
      state: 'failed',
      reason: 'the agent ended before it read it',
    });
  });
});

describe('two runs of one team at the same time', () => {
  it('keep their names apart, and a message by name or topic stays in its run', async () => {
    const speak: Play = async (start, report) => {
      await report({ type: 'dispatch.started' });
      if (start.agent.name === 'agent-1') {
        await report({ type: 'message.send', to: 'agent-2', text: 'by name' });
        await report({ type: 'message.send', to: 'news.today', text: 'by topic' });
      }
    };
    const home = await house({ play: speak });
    const team = [1, 2].map((n) => ({
      name: `agent-${n}`,
      runtime: 'none',
      capabilities: [`c${n}`],
      subscriptions: ['news.>'],
      budget: {},
    }));
    const definition = graph([node('a', [], { requires: ['c1'] })], 0, { team });
    const runs = [await startRun(home, definition), await startRun(home, definition)];
    await expect.poll(async () => (await home.engine.find({ table: 'messages', limit: 10 })).length).toBe(4);
    const agents = await home.engine.find({ table: 'agents', limit: 10 });
    expect(agents.map((agent) => agent.name).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'agent-1',
      'agent-1',
      'agent-2',
      'agent-2',
    ]);
    for (const message of await home.engine.find({ table: 'messages', limit: 10 })) {
      const colleague = agents.find((agent) => agent.runId === message.runId && agent.name === 'agent-2');
      expect(Object.keys(message.deliveries)).toEqual([colleague?.id]);
    }
    expect(new Set(agents.map((agent) => agent.runId))).toEqual(new Set(runs.map((run) => run.id)));
  });
});

describe('a message', () => {
  it('that nobody takes in time expires', async () => {
    const home = await house({ ready: false });
    const run = await startRun(home, graph([node('a')], 1));
    const agent = await home.engine.read((world) => [...world.all('agents')][0]!);
    const messageId = home.engine.newId('msg');
    await home.engine.submit({
      type: 'message.send',
      messageId,
      projectId: run.projectId,
      from: { kind: 'system' },
      to: { agentId: agent.id },
      text: 'Soon',
      expiresAt: Date.now() + 20,
    });
    expect((await eventually(home.engine, ['message.expired'], { messageId })).event).toMatchObject({
      agentId: agent.id,
    });
  });
});

it('ten thousand idle reads later nothing was written: an idle house is quiet', async () => {
  const home = await house();
  await startRun(home, graph([node('a')]));
  await eventually(home.engine, ['agent.terminated']);
  const before = home.engine.head;
  for (let n = 0; n < 10_000; n += 1) await home.engine.read((world) => world.count('tasks'));
  expect(home.engine.head).toBe(before);
});
