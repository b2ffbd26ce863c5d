import { wholeTexts } from '@fusion-kit/domain/kept-text';
import type { EventOf, EventType } from '@fusion-kit/domain/event';
import type { Task } from '@fusion-kit/domain/task';
import { afterEach, describe, expect, it } from 'vitest';
import { agentWork, eventually, node, runEnds, tasksOf } from './house.ts';
import type { ToolCall } from './mcp/agent-program.ts';
import { openProgramHouse, type ProgramHouse, type ProgramHouseOptions } from './mcp/program-house.ts';

const open: ProgramHouse[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function house(options: ProgramHouseOptions): Promise<ProgramHouse> {
  const opened = await openProgramHouse(options);
  open.push(opened);
  return opened;
}

const call = (name: string, input: Record<string, unknown> = {}, times = 1): ToolCall => ({
  name: `fusion_${name}`,
  arguments: input,
  times,
});
const finish = call('finish', { summary: 'done' });

/** Runs these nodes to the end, and gives their tasks by node. */
async function ran(
  { engine, start }: ProgramHouse,
  nodes: Parameters<ProgramHouse['start']>[0],
  more?: Parameters<ProgramHouse['start']>[1],
): Promise<Map<string, Task>> {
  const run = await start(nodes, more);
  await runEnds(engine, run.id);
  const tasks = await tasksOf(engine, run.id);
  expect(tasks.flatMap(({ failure }) => failure?.message ?? [])).toEqual([]);
  return new Map(tasks.map((task) => [task.node, task]));
}

const eventsOf = async <Type extends EventType>({ engine }: ProgramHouse, type: Type): Promise<EventOf<Type>[]> =>
  (await engine.events(0, 1_000, { types: [type] })).map(({ event }) => event as EventOf<Type>);

const saidTo = ({ told }: ProgramHouse, at: string, number: number) => told.get(at)?.[number];
const textTo = (one: ProgramHouse, at: string, number: number): string => saidTo(one, at, number)?.text ?? '';

const price = { type: 'object', properties: { cents: { type: 'integer' } }, required: ['cents'] };
const pricing = { ...agentWork('one'), outputs: ['price', 'note'], outputSchemas: { price } };

describe.each([
  ['bubblewrap', 'legacy'],
  ['bubblewrap', 'modern'],
  ['none', 'legacy'],
  ['none', 'modern'],
] as const)('in a cage of %s, a client of the %s protocol', (sandbox, era) => {
  it('reads its task and what came before it, tells its progress, and gives outputs that are checked', async () => {
    const one = await house({
      sandbox,
      era,
      plays: {
        one: [
          call('task'),
          call('progress', { text: 'half of it', percent: 50 }),
          call('output', { name: 'price', value: '{"cents":"many"}' }),
          call('output', { name: 'prize', value: '1' }),
          call('output', { name: 'price', value: '{"cents":250}' }),
          call('finish', { summary: 'priced', outputs: [] }),
          call('finish', { summary: 'priced', outputs: [{ name: 'note', value: 'n'.repeat(60_000) }] }),
        ],
        two: [
          call('predecessors'),
          call('read_output', { task: 'one', name: 'note', from: 40_000 }),
          call('read_output', { task: 'one', name: 'none' }),
          finish,
        ],
      },
    });
    const tasks = await ran(one, [node('one', [], { work: pricing }), node('two', ['one'])]);
    expect(JSON.parse(textTo(one, 'one', 0))).toMatchObject({
      node: 'one',
      prompt: 'Do one.',
      outputs: [{ name: 'price', schema: price }, { name: 'note' }],
      missing: ['price', 'note', 'summary'],
    });
    expect(saidTo(one, 'one', 2)).toEqual({
      isError: true,
      text: expect.stringMatching(
        /output price: \/cents must be integer \(output_invalid\)\nThe output has to be JSON/,
      ),
    });
    expect(textTo(one, 'one', 3)).toMatch(/no output prize; it has price, note, summary \(output_unknown\)/);
    expect(textTo(one, 'one', 4)).toBe('kept; still missing: note, summary');
    expect(textTo(one, 'one', 5)).toMatch(/outputs are missing: note/);
    expect(textTo(one, 'one', 6)).toBe('finished; end your turn now');
    expect(await wholeTexts(one.engine.blobs, tasks.get('one')?.outputs ?? {})).toEqual({
      price: '{"cents":250}',
      note: 'n'.repeat(60_000),
      summary: 'priced',
    });
    expect(JSON.parse(textTo(one, 'two', 0))).toMatchObject({
      needs: [{ node: 'one', state: 'completed', outputs: { price: '{"cents":250}', summary: 'priced' } }],
    });
    expect(JSON.parse(textTo(one, 'two', 1))).toEqual({ text: 'n'.repeat(20_000), length: 60_000 });
    expect(saidTo(one, 'two', 2)).toMatchObject({ isError: true });
    expect(await eventsOf(one, 'task.progressed')).toMatchObject([{ progress: { text: 'half of it', percent: 50 } }]);
    expect(tasks.get('one')?.progress).toMatchObject({ text: 'half of it', percent: 50, count: 1 });
  });
});

describe('agents beside one another', () => {
  it('list their team, write to each other by name, and wait for what comes', async () => {
    const one = await house({
      team: [
        { name: 'ann', capabilities: ['plan'] },
        { name: 'bob', capabilities: ['code'] },
      ],
      plays: {
        plan: [
          call('team'),
          call('read_messages', { wait_seconds: 50 }),
          call('send_message', { to: 'bob', text: 'the door is blue' }),
          call('read_messages'),
          finish,
        ],
        code: [
          call('send_message', { to: 'ann', text: 'what colour is the door?' }),
          call('read_messages', { wait_seconds: 50 }),
          finish,
        ],
      },
    });
    await ran(one, [node('plan', [], { requires: ['plan'] }), node('code', [], { requires: ['code'] })]);
    expect(JSON.parse(textTo(one, 'plan', 0))).toMatchObject({
      you: 'ann',
      members: [{ name: 'bob', capabilities: ['code'] }],
    });
    expect(JSON.parse(textTo(one, 'plan', 1))).toEqual([{ from: 'bob', text: 'what colour is the door?' }]);
    expect(textTo(one, 'plan', 3)).toBe('no messages');
    expect(JSON.parse(textTo(one, 'code', 1))).toEqual([{ from: 'ann', text: 'the door is blue' }]);
    expect(await eventsOf(one, 'message.delivered')).toHaveLength(2);
    expect((await eventsOf(one, 'turn.told')).map(({ text }) => text)).toEqual([
      'Message from bob:\nwhat colour is the door?',
      'Message from ann:\nthe door is blue',
    ]);
  });

  it('listen to topics for the rest of their life, and no longer than they want', async () => {
    const reader = { requires: ['read'] };
    const writer = { requires: ['write'] };
    const one = await house({
      team: [
        { name: 'reader', capabilities: ['read'] },
        { name: 'writer', capabilities: ['write'] },
      ],
      plays: {
        listen: [
          call('subscribe', { topics: ['plan.>', 'noise.*'] }),
          call('subscribe', { topics: ['not a topic'] }),
          finish,
        ],
        write: [
          call('publish', { topic: 'plan.ready.now', text: 'it is ready' }),
          call('publish', { topic: 'alone', text: 'nobody' }),
          finish,
        ],
        hear: [call('read_messages'), call('unsubscribe', { topics: ['plan.>'] }), finish],
        more: [call('publish', { topic: 'plan.ready.again', text: 'again' }), finish],
        silence: [call('read_messages'), finish],
      },
    });
    await ran(one, [
      node('listen', [], reader),
      node('write', ['listen'], writer),
      node('hear', ['write'], reader),
      node('more', ['hear'], writer),
      node('silence', ['more'], reader),
    ]);
    expect(JSON.parse(textTo(one, 'listen', 0))).toEqual({ subscriptions: ['plan.>', 'noise.*'] });
    expect(saidTo(one, 'listen', 1)).toEqual({ isError: true, text: expect.stringContaining('words joined by dots') });
    expect(saidTo(one, 'write', 1)).toEqual({ isError: true, text: expect.stringContaining('at least two words') });
    expect(JSON.parse(textTo(one, 'hear', 0))).toEqual([
      { from: 'writer', topic: 'plan.ready.now', text: 'it is ready' },
    ]);
    expect(JSON.parse(textTo(one, 'hear', 1))).toEqual({ subscriptions: ['noise.*'] });
    expect(textTo(one, 'silence', 0)).toBe('no messages');
  });

  it('ask a person, whose answer they may come back for', async () => {
    const asking = { question: 'Blue or green?', options: ['blue', 'green'] };
    const one = await house({
      plays: { one: [call('ask_person', { ...asking, wait_seconds: 0 }), call('ask_person', asking), finish] },
    });
    const run = await one.start([node('one')]);
    const { event } = await eventually(one.engine, ['question.asked']);
    const { taskId } = event as EventOf<'question.asked'>;
    await expect.poll(() => one.tokens.length).toBe(1);
    await one.engine.submit({ type: 'question.answer', taskId, option: 'green', by: 'Mia' });
    expect((await runEnds(one.engine, run.id)).event.type).toBe('run.completed');
    expect(await eventsOf(one, 'question.asked')).toHaveLength(1);
    expect(JSON.parse(textTo(one, 'one', 1))).toEqual({ option: 'green', by: 'Mia' });
  });
});

describe('a task that an agent proposes', () => {
  const proposal = { title: 'Sweep the floor', prompt: 'Sweep it. ${{ inputs.secret }}', requires: ['code'] };
  const team = [{ capabilities: ['code'] }];
  const careful = { work: { ...agentWork('one'), verify: ['true'], writes: ['docs/**'] } };

  it.each(['accept', 'decline'])('waits for a person, who says %s', async (option) => {
    const one = await house({ team, plays: { one: [call('propose_task', { ...proposal, after: ['one'] }), finish] } });
    const run = await one.start([node('one', [], careful)]);
    const { taskId } = (await eventually(one.engine, ['task.opened'])).event as EventOf<'task.opened'>;
    const [consent] = await one.engine.find({ table: 'tasks', ids: [taskId], limit: 1 });
    expect(consent?.title).toBe('agent-1 proposes: Sweep the floor');
    expect(consent?.asks).toContain('Sweep it. ${{ inputs.secret }}');
    await one.engine.submit({ type: 'task.answer', taskId, option, by: 'Mia' });
    expect((await runEnds(one.engine, run.id)).event.type).toBe('run.completed');
    expect(textTo(one, 'one', 0)).toBe("task proposed:1 waits for a person's consent");
    const proposed = (await tasksOf(one.engine, run.id)).find((task) => task.node === 'proposed:1');
    expect(proposed).toMatchObject({
      state: option === 'accept' ? 'completed' : 'skipped',
      requires: ['code'],
      work: { verify: ['true'], writes: ['docs/**'] },
    });
    const fork = await one.engine.forkRun({ runId: run.id, node: 'one', inputs: {}, defaults: {} });
    expect((await tasksOf(one.engine, fork.id)).map((task) => task.node)).toContain('one');
    await one.engine.submit({ type: 'run.cancel', runId: fork.id, reason: 'it began, which is enough' });
  });

  it('begins by itself where the workflow takes proposals, within bounds, and may not be asked of nobody', async () => {
    const odd = [{ requires: ['fly'] }, { after: ['nowhere'] }, { title: 'two\nlines' }, { requires: ['Not one'] }];
    const one = await house({
      team,
      plays: {
        one: [
          ...odd.map((change) => call('propose_task', { ...proposal, ...change })),
          call('propose_task', proposal, 8),
          finish,
        ],
      },
    });
    const tasks = await ran(one, [node('one')], { proposals: 'accept' });
    expect(tasks.size).toBe(6);
    expect([...tasks.values()].map(({ state }) => state)).toEqual(Array(6).fill('completed'));
    expect((await eventsOf(one, 'turn.opened')).length).toBe(0);
    const [nobody, nowhere, ...unfit] = one.told.get('one') ?? [];
    expect(nobody?.text).toMatch(/no agent has fly \(proposal_refused\)/);
    expect(nowhere?.text).toMatch(/this run has no task nowhere \(task_unknown\)/);
    expect(unfit.slice(0, 2).map(({ isError }) => isError)).toEqual([true, true]);
    expect(unfit.slice(2, 10).filter(({ text }) => /^task proposed:\d is queued$/.test(text))).toHaveLength(5);
    expect(unfit.slice(2, 10).filter(({ text }) => text.includes('(quota_exceeded)'))).toHaveLength(3);
  });

  it('is refused where the workflow takes none', async () => {
    const one = await house({ team, plays: { one: [call('propose_task', proposal), finish] } });
    expect((await ran(one, [node('one')], { proposals: 'refuse' })).size).toBe(1);
    expect(saidTo(one, 'one', 0)).toMatchObject({ isError: true, text: expect.stringContaining('takes no proposals') });
  });
});

describe('whoever means ill', () => {
  const post = (headers: string) =>
    `curl -sS --max-time 30 -w ' %{http_code}' -H 'content-type: application/json' -H 'accept: application/json, text/event-stream' ${headers} -d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' "$FUSION_KIT_URL/mcp"`;

  it('is served only in the name of a dispatch that is under way, and from no web page', async () => {
    const program = [
      post('-H "authorization: Bearer $OLD_TOKEN"'),
      post('-H "authorization: Bearer made-up"'),
      post(''),
      post('-H "authorization: Bearer $FUSION_KIT_TOKEN" -H "host: evil.example"'),
      post('-H "authorization: Bearer $FUSION_KIT_TOKEN" -H "origin: https://evil.example"'),
      post('-H "authorization: Bearer $FUSION_KIT_TOKEN"'),
    ].join('; echo; ');
    const one = await house({ sandbox: 'bubblewrap', plays: { one: [finish], two: { program } } });
    const tasks = await ran(one, [node('one'), node('two', ['one'])]);
    const { summary = '' } = await wholeTexts(one.engine.blobs, tasks.get('two')?.outputs ?? {});
    const answers = summary.split('\n').filter((line) => / \d{3}$/.test(line) || line.startsWith('data:'));
    expect(answers.map((line) => line.slice(-3)).slice(0, 5)).toEqual(['401', '401', '401', '403', '403']);
    expect(answers[0]).toMatch(/the token belongs to no task that is being worked on.*It ended with its task/);
    expect(summary).toContain('fusion_task');
    expect(one.tokens[0]).not.toBe(one.tokens[1]);
  });

  it('is told what is too long or unknown, and stopped when it floods', async () => {
    const one = await house({
      plays: {
        one: [
          call('send_message', { to: 'nobody', text: 'hello' }),
          { ...call('send_message', { to: 'agent-2', text: 'FILL' }), fill: 30_000 },
          call('output', { name: '__proto__', value: 'x' }),
          { ...call('output', { name: 'summary', value: 'FILL' }), fill: 210_000 },
          { ...call('output', { name: 'summary', value: 'FILL' }), fill: 5_000_000 },
          call('task', { task: 'tsk_01ARZ3NDEKTSV4RRFFQ69G5FAV' }),
          call('no_such_tool'),
          call('progress', { text: '', percent: 400 }),
          finish,
        ],
        flood: [
          call('send_message', { to: 'agent-1', text: 'again' }, 230),
          call('progress', { text: 'x' }, 20),
          finish,
        ],
      },
      team: [{}, {}],
    });
    await ran(one, [node('one'), node('flood', ['one'])]);
    const hostile = one.told.get('one') ?? [];
    expect(hostile.slice(0, 8).map(({ isError }) => isError)).toEqual(Array(8).fill(true));
    expect(hostile[0]?.text).toMatch(/there is no agent called nobody.*\(agent_unknown\)/);
    expect(hostile[1]?.text).toContain('Too big: expected string to have <=20000 characters');
    expect(hostile[5]?.text).toContain('this run has no task tsk_01ARZ3NDEKTSV4RRFFQ69G5FAV');
    const flood = one.told.get('flood') ?? [];
    expect(flood.filter(({ text }) => text === 'sent to agent-1').length).toBeLessThanOrEqual(200);
    expect(flood.filter(({ isError }) => isError).length).toBeGreaterThanOrEqual(30);
    expect((await eventsOf(one, 'message.sent')).length).toBeLessThanOrEqual(200);
    expect(await eventsOf(one, 'task.progressed')).toHaveLength(1); // said again in the same words
  });
});
