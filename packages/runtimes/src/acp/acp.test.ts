import { fileURLToPath } from 'node:url';
import { type ErrorCode, FusionError } from '@fusion-kit/domain/errors';
import type { RuntimeEvent, Turn } from '@fusion-kit/domain/ports/runtime';
import { drive } from '@fusion-kit/testing/runtime-bench';
import { runtimeConformance } from '@fusion-kit/testing/runtime-conformance';
import { asking, type Deed } from '@fusion-kit/testing/runtime-deeds';
import { eventsOf } from '@fusion-kit/testing/runtime-script';
import { messageId, turnBench } from '@fusion-kit/testing/turn-bench';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { LaunchedProgram } from '../programs/launched.ts';
import { acp, type AcpOptions } from './acp.ts';

const AGENT = fileURLToPath(import.meta.resolve('@fusion-kit/testing/acp-agent'));
const PATIENCE = { timeout: 30_000, interval: 10 };

/** The scripted agent, started as programs are. */
const launched = (manner = ''): LaunchedProgram => ({
  program: {
    name: 'scripted',
    title: 'The scripted agent',
    acp: { command: 'acp-agent', args: [] },
    prepare: () => ({ files: [], env: {} }),
    installHint: 'It comes with the tests.',
    loginHint: 'Log it in at the door.',
  },
  version: '1.0.0',
  command: process.execPath,
  args: [AGENT],
  env: { ACP_AGENT: manner },
  readable: [],
  leftOut: ['.scripted/key (it may be a credential)'],
  close: async () => {},
});

const runtime = (manner?: string, limits: Partial<AcpOptions> = {}) =>
  acp({
    programs: { launch: async () => launched(manner), check: async () => {}, needsModel: () => false },
    ...limits,
  });

runtimeConformance('acp', {
  make: runtime,
  open: async () => ({ turn: {}, close: async () => {} }),
  can: {
    tools: true,
    steering: 'after what it does',
    permissions: true,
    outputs: true,
    pauses: 'before it begins',
    crash: 'process_died',
    resumes: 'where it was',
  },
});

async function bench(deeds: readonly Deed[], work: Record<string, unknown> = {}, changes: Partial<Turn> = {}) {
  const made = await turnBench({ ...work, prompt: asking(...deeds) }, changes);
  onTestFinished(() => made.close());
  return made;
}
const outcome = (driven: Promise<unknown>) => driven.catch((thrown: unknown) => thrown);
const toldTo = (events: readonly RuntimeEvent[]) => eventsOf(events, 'turn.told').map(({ text }) => text);
const LONG: Deed = { run: 'touch begun; sleep 300' };

describe('a program that does not come up', () => {
  it('is ended when it does not answer in time', async () => {
    const { turn, attended } = await bench([]);
    const failed = await outcome(drive(runtime('deaf', { startTimeoutMs: 1_000 }), turn));
    expect(failed).toMatchObject({ code: 'program_failed', message: expect.stringContaining('within 1000 ms') });
    expect([...attended]).toEqual([]);
  });

  it('says how to log it in where it wants a login', async () => {
    const { turn } = await bench([]);
    expect(await outcome(drive(runtime('logged-out'), turn))).toMatchObject({
      code: 'login_missing',
      remedy: 'Log it in at the door.',
    });
  });

  it('is told of with what it said when it dies, or cannot be started', async () => {
    const { turn } = await bench([{ crash: true }]);
    const failed = (await outcome(drive(runtime(), turn))) as FusionError;
    expect(failed).toMatchObject({
      code: 'process_died',
      message: expect.stringMatching(/SIGKILL.*crashes as it was/),
    });
    const nowhere = acp({
      programs: {
        launch: async () => ({ ...launched(), command: '/no/such/program' }),
        check: async () => {},
        needsModel: () => false,
      },
    });
    expect(await outcome(drive(nowhere, turn))).toMatchObject({
      code: 'process_died',
      message: expect.stringMatching(/ENOENT/),
    });
  });
});

it('a program that never asks is not given to an agent that is to ask first', async () => {
  const { turn } = await bench([]);
  const agent = { ...turn.agent, program: 'codex', permissions: 'ask' as const };
  await expect(runtime().check?.(agent)).rejects.toMatchObject({ code: 'permissions_unheld' });
  expect(await outcome(drive(runtime(), { ...turn, agent }))).toMatchObject({ code: 'permissions_unheld' });
  await runtime().check?.({ ...agent, permissions: 'allow' });
  await runtime().check?.({ ...agent, program: 'claude' });
});

describe('what a program says', () => {
  it('is kept in steps, with its plan, its changes as lines that went and came, and its session', async () => {
    const { turn, put } = await bench([{ write: 'notes.txt', text: 'one\ntwo\nfour\n' }, { finish: 'written' }]);
    put('notes.txt', 'one\nthree\nfour\n');
    const { events, deltas, result } = await drive(runtime(), turn);
    expect(eventsOf(events, 'session.opened')).toEqual([
      {
        type: 'session.opened',
        session: expect.any(String),
        program: 'scripted',
        version: '1.0.0',
        answeredMs: expect.any(Number),
        openedMs: expect.any(Number),
        leftOut: ['.scripted/key (it may be a credential)'],
      },
    ]);
    expect(eventsOf(events, 'tool.returned')[0]?.output.split('\n').slice(1)).toEqual([
      ' one',
      '-three',
      '+two',
      ' four',
    ]);
    expect(eventsOf(events, 'plan.updated').at(-1)?.entries).toEqual([
      { text: 'write', status: 'completed' },
      { text: 'finish', status: 'completed' },
    ]);
    expect(eventsOf(events, 'step.answered').map(({ step, text, finishReason }) => [step, text, finishReason])).toEqual(
      [
        [1, 'Going on.', 'tool_calls'],
        [2, 'written', 'end_turn'],
      ],
    );
    expect(deltas.join('')).toBe('Going on.written');
    expect(result.summary).toBe('written');
  });

  it('is a sign that it gets on, also when it only thinks', async () => {
    const { turn } = await bench([]);
    expect((await drive(runtime('thoughtful'), turn)).deltas).toEqual(['']);
  });

  it('of what it used counts where nobody else counts it', async () => {
    const { turn } = await bench([{ finish: 'done' }]);
    expect(eventsOf((await drive(runtime(), turn)).events, 'usage.reported')).toEqual([]);
    const login = { ...turn, agent: { ...turn.agent, credentials: 'login' as const } };
    expect(eventsOf((await drive(runtime(), login)).events, 'usage.reported')).toEqual([
      { type: 'usage.reported', program: 'scripted', inputTokens: 100, outputTokens: 20, costUsd: null },
    ]);
  });
});

describe('a program that stops', () => {
  it('is asked once for outputs that it left out, and then has given up', async () => {
    const { turn } = await bench([{ finish: 'done' }], { outputs: ['answer'] });
    const events: RuntimeEvent[] = [];
    const failed = await outcome(drive(runtime(), turn, { onEvent: (event) => events.push(event) }));
    expect(failed).toMatchObject({ code: 'agent_gave_up', message: expect.stringContaining('answer') });
    expect(toldTo(events)).toEqual([expect.stringContaining('without these outputs: answer')]);
  });

  it('is asked once for outputs that do not fit, and has done its work when they do then', async () => {
    const { turn } = await bench([{ finish: 'done', outputs: { answer: 'x' } }], { outputs: ['answer'] });
    const misfits = vi.fn<Turn['misfits']>().mockReturnValueOnce(['answer is no number']).mockReturnValue([]);
    const { events, result } = await drive(runtime(), { ...turn, misfits });
    expect(toldTo(events)).toEqual([expect.stringContaining('answer is no number')]);
    expect(result.outputs).toEqual({ answer: 'x' });
  });

  it('needs not say again what it gave by a tool of the house', async () => {
    const { turn } = await bench([{ finish: 'done' }], { outputs: ['answer'] });
    const { result } = await drive(runtime(), { ...turn, reported: () => ({ answer: '42', summary: 'found' }) });
    expect(result).toEqual({ summary: 'found', outputs: { answer: '42' } });
  });

  it.each<ErrorCode>(['provider_credits', 'bad_request'])(
    'as if all were well has not done its work when its model was refused: %s',
    async (code) => {
      const refused = new FusionError(code, 'no');
      const services = { url: 'http://127.0.0.1:1', token: 't', failure: () => refused };
      const { turn } = await bench([], {}, { services });
      expect(await outcome(drive(runtime('silent-end'), turn))).toBe(refused);
    },
  );

  it('is not started again for a turn that was over before it was interrupted', async () => {
    const { turn } = await bench([{ finish: 'found', outputs: { answer: '42' } }], { outputs: ['answer'] });
    const { events: history, result } = await drive(runtime(), turn);
    const again = await drive(runtime('deaf'), { ...turn, history });
    expect(again).toEqual({ events: [], deltas: [], result });
    const rejected = drive(runtime(), { ...turn, history, attempt: 2, note: 'The tests fail.' });
    expect(toldTo((await rejected).events)).toEqual(['The tests fail.']);
  });
});

/** Something that is passed once it is opened. */
function opening(): { passed: Promise<void>; open: () => void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

describe('a program at work', () => {
  const begun = (fileText: (path: string) => string | undefined) =>
    vi.waitFor(() => expect(fileText('begun')).toBeDefined(), PATIENCE);

  it(
    'leaves what it does when its agent is paused, and goes on when that is resumed',
    { timeout: 60_000 },
    async () => {
      const [pause, resume] = [opening(), opening()];
      let paused = pause.passed;
      let gates = 0;
      const { turn, fileText, put } = await bench(
        [{ run: 'touch begun; until [ -e go ]; do sleep 0.02; done; echo on > went' }],
        {},
        {
          paused: () => paused,
          gate: async () => {
            if (++gates === 3) put('waits', '');
            if (gates >= 3) await resume.passed;
          },
        },
      );
      const driven = drive(runtime(), turn);
      await begun(fileText);
      pause.open();
      await vi.waitFor(() => expect(fileText('waits')).toBe(''), PATIENCE);
      put('go', '');
      expect(fileText('went')).toBeUndefined();
      paused = new Promise(() => {});
      resume.open();
      const { events } = await driven;
      expect(fileText('went')).toBe('on\n');
      expect(toldTo(events)).toEqual([expect.stringContaining('You were interrupted')]);
      expect(eventsOf(events, 'tool.returned').map(({ isError }) => isError)).toEqual([true, false]);
    },
  );

  it('hears what a person said in place of an answer, and does not do what it asked for', async () => {
    const { turn, fileText } = await bench(
      [{ write: 'notes', text: 'mine' }],
      {},
      { ask: async () => ({ text: 'No, leave the notes alone.', by: 'Mia' }) },
    );
    const agent = { ...turn.agent, permissions: 'ask' as const };
    const { events } = await drive(runtime(), { ...turn, agent });
    expect(fileText('notes')).toBeUndefined();
    expect(toldTo(events)).toEqual([expect.stringContaining('No, leave the notes alone.')]);
  });

  it('is told to leave it when its model is refused for good', { timeout: 60_000 }, async () => {
    let refused: FusionError | undefined;
    const services = { url: 'http://127.0.0.1:1', token: 't', failure: () => refused };
    const { turn, fileText } = await bench([LONG], {}, { services });
    const failed = outcome(drive(runtime(), turn));
    await begun(fileText);
    refused = new FusionError('budget_exceeded', 'spent');
    expect(await failed).toBe(refused);
  });

  it('ends at the limit of its steps', async () => {
    const { turn, fileText } = await bench([{ run: 'true' }, { run: 'true' }, LONG], { maxSteps: 2 });
    expect(await outcome(drive(runtime(), turn))).toMatchObject({ code: 'step_limit' });
    expect(fileText('begun')).toBeUndefined();
  });

  it('that does not stop when it is told to is ended all the same', { timeout: 60_000 }, async () => {
    const { turn, attended } = await bench([{ run: 'true' }, LONG], { maxSteps: 1 });
    const failed = await outcome(drive(runtime('stubborn', { cancelTimeoutMs: 300 }), turn));
    expect(failed).toMatchObject({ code: 'step_limit' });
    expect([...attended]).toEqual([]);
  });
});

describe('a program that goes on after an interruption', () => {
  it(
    'begins a new session where it has lost the one before, and is told what was done in that',
    { timeout: 60_000 },
    async () => {
      const { turn, fileText } = await bench([{ run: 'echo one >> log' }, LONG]);
      const history: RuntimeEvent[] = [];
      const abort = new AbortController();
      const driven = outcome(drive(runtime(), turn, { signal: abort.signal, onEvent: (event) => history.push(event) }));
      await vi.waitFor(() => expect(fileText('begun')).toBeDefined(), PATIENCE);
      abort.abort(new FusionError('shutting_down', 'the server stops'));
      await driven;

      const inbox = [{ id: messageId(3), from: 'grace', text: asking({ write: 'seen', text: '' }) }];
      const again = { ...turn, history, takeMessages: async () => inbox.splice(0) };
      const { events } = await drive(runtime('forgetful'), again);
      const [before, after] = eventsOf([...history, ...events], 'session.opened');
      expect(after).toMatchObject({ program: 'scripted' });
      expect(after?.session).not.toBe(before?.session);
      expect(after?.resumed).toBeUndefined();
      expect(fileText('asked.txt')).toMatch(
        /^You are ada[\s\S]*You used [\s\S]*echo one >> log[\s\S]*You were interrupted/,
      );
      expect(fileText('seen')).toBe('');
    },
  );

  it('says nothing again of the session that it loads', { timeout: 60_000 }, async () => {
    const { turn } = await bench([{ finish: 'found' }]);
    const { events: history } = await drive(runtime(), turn);
    const { events, deltas } = await drive(runtime(), { ...turn, history, attempt: 2 });
    expect(eventsOf(events, 'session.opened')).toMatchObject([{ resumed: true }]);
    expect(eventsOf(events, 'step.answered').map(({ text }) => text)).toEqual(['']);
    expect(deltas).toEqual([]);
  });
});
