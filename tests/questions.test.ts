import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { inboxOf } from '@fusion-kit/domain/inbox';
import type { QuestionId } from '@fusion-kit/domain/ids';
import type { ReportAnswer, StartDispatch } from '@fusion-kit/domain/runner-protocol';
import { memoryBlobs } from '@fusion-kit/journals/blobs/memory-blobs';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  eventually,
  graph,
  type House,
  node,
  openHouse,
  type Play,
  runEnds,
  startRun,
  succeed,
  tasksOf,
} from './house.ts';
import { COMMAND, repository, type RealServer, scratch, startServer } from './real-server.ts';
import { execFileSync } from 'node:child_process';

const TEXT = 'Which colour shall the door have?';
const COLOURS = ['red', 'blue'].map((id) => ({ id, label: `Paint it ${id}` }));
type Report = Parameters<Play>[1];

const asks = async (report: Report, text = TEXT) =>
  (await report({ type: 'question.ask', text, options: COLOURS })) as ReportAnswer & { id?: QuestionId };
const waiting = ({ engine }: House) =>
  engine.read((world) => inboxOf(world, world.all('runs')).filter(({ kind }) => kind === 'question'));
const answersTo = ({ commands }: House) => commands.filter(({ type }) => type === 'dispatch.answer');

/** Houses on one data directory, one after the other; each is closed as a crash would. */
async function lives() {
  const directory = await mkdtemp(join(tmpdir(), 'fusion-kit-questions-'));
  const blobs = memoryBlobs();
  const open: House[] = [];
  onTestFinished(async () => {
    for (const house of open) await house.close();
    await rm(directory, { recursive: true });
  });
  return async (play: Play): Promise<House> => {
    await open.at(-1)?.close();
    const house = await openHouse({ directory, blobs, play });
    open.push(house);
    return house;
  };
}

/** A dispatch that begins and asks; what it was given and how it speaks comes out of it. */
function asker(texts: readonly string[] = [TEXT]) {
  const begun: { start: StartDispatch; report: Report; ids: (string | undefined)[] }[] = [];
  const play: Play = async (start, report) => {
    await report({ type: 'dispatch.started' });
    const ids: (string | undefined)[] = [];
    for (const text of texts) ids.push((await asks(report, text)).id);
    begun.push({ start, report, ids });
  };
  const nth = async (number: number) => {
    await expect.poll(() => begun.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(number);
    return begun[number - 1]!;
  };
  return { play, nth };
}

describe('a question of an agent', () => {
  it('parks its task until a person answers, and the answer goes to the dispatch that asked', async () => {
    const { play, nth } = asker();
    const house = await (await lives())(play);
    const run = await startRun(house, graph([node('paint')], 1));
    const { ids, start } = await nth(1);
    const [task] = await tasksOf(house.engine, run.id);
    expect(task).toMatchObject({ state: 'running', phase: 'parked' });
    expect(await waiting(house)).toMatchObject([{ node: 'paint', text: TEXT, options: COLOURS, questionId: ids[0] }]);
    await house.engine.submit({ type: 'question.answer', taskId: task!.id, option: 'blue', text: 'dark', by: 'ada' });
    await expect
      .poll(() => answersTo(house))
      .toMatchObject([
        {
          dispatchId: start.caller.dispatchId,
          questionId: ids[0],
          answer: { option: 'blue', text: 'dark', by: 'ada' },
        },
      ]);
    expect((await tasksOf(house.engine, run.id))[0]?.phase).toBe('working');
    expect(await waiting(house)).toEqual([]);
  });

  it('outlives a crash: asked again in the same words it is the same, with the answer that was given meanwhile', async () => {
    const next = await lives();
    const first = asker();
    const before = await next(first.play);
    const run = await startRun(before, graph([node('paint')], 1));
    const { ids } = await first.nth(1);

    let goOn = () => {};
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const second = asker();
    const house = await next(async (start, report) => {
      await held;
      await second.play(start, report);
    });
    expect(await waiting(house)).toMatchObject([{ questionId: ids[0] }]);
    const [task] = await tasksOf(house.engine, run.id);
    await house.engine.submit({ type: 'question.answer', taskId: task!.id, option: 'red', by: 'ada' });
    expect(answersTo(house)).toEqual([]);
    goOn();
    const again = await second.nth(1);
    expect(again.ids).toEqual(ids);
    await expect.poll(() => answersTo(house)).toMatchObject([{ questionId: ids[0], answer: { option: 'red' } }]);
  });

  it('that was answered while nobody asked is told to the agent that goes on, whether it asks again or not', async () => {
    const next = await lives();
    const first = asker();
    const before = await next(first.play);
    const run = await startRun(before, graph([node('paint')], 1));
    await first.nth(1);

    const between = await next(async (_start, report) => void (await report({ type: 'dispatch.started' })));
    await eventually(between.engine, ['task.requeued']);
    await expect.poll(() => between.starts.length).toBe(1);
    const [task] = await tasksOf(between.engine, run.id);
    await between.engine.submit({ type: 'question.answer', taskId: task!.id, option: 'red', by: 'ada' });
    const delivered = () => between.commands.filter(({ type }) => type === 'dispatch.deliver');
    await expect
      .poll(delivered)
      .toMatchObject([{ messages: [{ from: 'ada', text: expect.stringContaining('Paint it red') }] }]);

    const last = await next(succeed);
    expect((await runEnds(last.engine, run.id)).event.type).toBe('run.completed');
    expect(last.starts[0]?.messages).toMatchObject([{ from: 'ada', text: expect.stringContaining(TEXT) }]);
  });

  it('is another one when the agent had got on with its answer', async () => {
    const next = await lives();
    const first = asker();
    const before = await next(first.play);
    const run = await startRun(before, graph([node('paint')], 1));
    const { ids, report, start } = await first.nth(1);
    const [task] = await tasksOf(before.engine, run.id);
    await before.engine.submit({ type: 'question.answer', taskId: task!.id, option: 'red', by: 'ada' });
    const events = [{ type: 'turn.told' as const, v: 1 as const, ...start.caller, text: 'red, then', messageIds: [] }];
    await report({ type: 'dispatch.activity', events });

    const second = asker();
    const house = await next(second.play);
    const again = await second.nth(1);
    expect(again.ids[0]).not.toBe(ids[0]);
    expect(await waiting(house)).toMatchObject([{ questionId: again.ids[0] }]);
    expect(answersTo(house)).toEqual([]);
  });

  it.each(['cancelled', 'failed', 'superseded by another attempt'] as const)(
    'waits for nobody once its dispatch was %s',
    async (how) => {
      const { play, nth } = asker();
      const house = await (await lives())(play);
      const retry = { limit: how === 'failed' ? 0 : 1, backoffMs: 60_000 };
      await startRun(house, graph([node('paint', [], { retry }), node('wait', ['paint'])], 1));
      const { report, start } = await nth(1);
      const { taskId: id } = start.caller;
      const failure = { code: 'command_failed', message: 'no', remedy: 'look' } as const;
      if (how === 'cancelled') await house.engine.submit({ type: 'task.cancel', taskId: id, reason: 'enough' });
      else await report({ type: 'dispatch.failed', failure });
      expect(await waiting(house)).toEqual([]);
      await expect(
        house.engine.submit({ type: 'question.answer', taskId: id, option: 'red', by: 'ada' }),
      ).rejects.toMatchObject({ code: 'question_unknown' });
    },
  );

  it('is refused when too many wait already', async () => {
    const texts = Array.from({ length: 8 }, (_, at) => `Question ${at}?`);
    const { play, nth } = asker(texts);
    const house = await (await lives())(play);
    await startRun(house, graph([node('paint')], 1));
    const { report } = await nth(1);
    const ninth = await asks(report, 'And this?');
    expect(ninth).toMatchObject({
      ok: false,
      failure: { code: 'question_refused', message: expect.stringContaining('8') },
    });
    expect((await waiting(house)).length).toBe(8);
  });
});

describe.each(['bubblewrap', 'none'] as const)('a server that is killed while an agent waits (%s)', (sandbox) => {
  it('has the question in its inbox afterwards, and the answer reaches the agent', { timeout: 120_000 }, async () => {
    const place = await scratch('questions');
    onTestFinished(() => place.remove());
    const project = join(place.path, 'project');
    const home = join(place.path, 'home');
    await repository(project, { 'door.txt': 'a door\n' });
    const env = { FUSION_KIT_SCENARIO: join(place.path, 'scenario.json') };
    const steps = [
      { tool: 'ask_person', args: { question: TEXT, options: ['red', 'blue'] } },
      { tool: 'finish', args: { summary: 'painted' } },
    ];
    await writeFile(env.FUSION_KIT_SCENARIO, JSON.stringify([{ name: 'paint', match: 'Paint the door', steps }]));
    const source = [
      'name: paint',
      'team: [{ name: painter, provider: scripted, model: scripted }]',
      'nodes: { paint: { title: Paint the door, prompt: Paint it. } }',
    ].join('\n');

    const first = await startServer({ home, sandbox, env });
    const { id } = await first.call<{ id: string }>('POST', '/projects', { path: project });
    const workflow = await first.call<{ id: string }>('POST', '/workflows', { project: id, source });
    const { run } = await first.call<{ run: { id: string } }>('POST', `/workflows/${workflow.id}/start`, {});
    const [asked] = await itemsOf(first, run.id);
    expect(asked).toMatchObject({ kind: 'question', text: TEXT, options: [{ id: 'red' }, { id: 'blue' }] });
    await first.kill();

    const second = await startServer({ home, sandbox, env });
    onTestFinished(() => second.stop());
    const [still] = await itemsOf(second, run.id);
    expect(still).toMatchObject({ questionId: asked?.questionId, since: asked?.since });
    const shell = { encoding: 'utf8', env: { ...process.env, FUSION_KIT_HOME: home, NO_COLOR: '1' } } as const;
    const fusionKit = (...words: string[]) => execFileSync(process.execPath, [COMMAND, ...words], shell);
    expect(fusionKit('inbox')).toContain(`fusion-kit task reply ${still?.taskId} red`);
    expect(fusionKit('task', 'reply', still?.taskId ?? '', 'blue', '--by', 'ada', '--json')).toContain(
      '"option": "blue"',
    );
    while ((await stateOf(second, run.id)) === 'running') await after(100);
    expect(await stateOf(second, run.id)).toBe('completed');
    const { items } = await second.call<{ items: { event: Record<string, unknown> }[] }>(
      'GET',
      `/tasks/${still?.taskId}/log`,
    );
    const told = items
      .map(({ event }) => event)
      .filter(({ tool, type }) => tool === 'ask_person' && type === 'tool.returned');
    expect(told).toMatchObject([{ output: 'ada answers: blue', isError: false }]);
  });
});

interface Item {
  kind: string;
  taskId: string;
  questionId: string;
  since: number;
}

/** What waits for a person, once something does. */
async function itemsOf(server: RealServer, run: string): Promise<Item[]> {
  for (;;) {
    const { items } = await server.call<{ items: Item[] }>('GET', `/inbox?run=${run}`);
    if (items.length > 0) return items;
    await after(50);
  }
}

const stateOf = async (server: RealServer, run: string): Promise<string> =>
  (await server.call<{ state: string }>('GET', `/runs/${run}`)).state;
