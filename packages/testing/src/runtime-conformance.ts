import { FusionError } from '@fusion-kit/domain/errors';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Turn } from '@fusion-kit/domain/ports/runtime';
import { describe, expect, it, vi } from 'vitest';
import { drive, processLives } from './runtime-bench.ts';
import { asking } from './runtime-deeds.ts';
import { type RuntimeKind, benchesOfKind } from './runtime-kind.ts';
import { eventsOf } from './runtime-script.ts';
import { messageId } from './turn-bench.ts';

const PATIENCE = { timeout: 30_000, interval: 10 };
/** A command that says it has begun, and ends when it is let go. */
const held = 'touch begun; until [ -e go ]; do sleep 0.02; done';
/** Leaves two processes, one of them in a session of its own where the system has such, and waits. */
const leaving = (wait: string) =>
  `sleep 300 >/dev/null 2>&1 & echo $! > pids; ${process.platform === 'linux' ? 'setsid ' : ''}sleep 300 >/dev/null 2>&1 & echo $! >> pids; ${wait}`;
const pidsIn = (text: string | undefined): number[] => (text ?? '').trim().split('\n').map(Number);

/**
 * What every runtime promises, on real files and processes: an agent that does as it is asked is started, steered, held up, interrupted, and ended.
 * What a runtime is unable to by its kind it declares; the suite says so by a test less.
 */
export function runtimeConformance(name: string, kind: RuntimeKind): void {
  const { can } = kind;

  describe(`runtime ${name}`, () => {
    const open = benchesOfKind(kind);
    const start = () => kind.make();
    /** A test only of what the runtime is able to. */
    const when = (able: boolean) => (able ? it : () => undefined);

    it('opens its turn, does the work in the workspace and says what it did', { timeout: 60_000 }, async () => {
      const { turn, fileText } = await open([
        { write: 'notes.txt', text: 'one\n' },
        { run: 'pwd > where.txt; echo two >> notes.txt' },
        { finish: 'the notes are written' },
      ]);
      const { events, result } = await drive(start(), turn);
      expect(events[0]).toMatchObject({ type: 'turn.opened', prompt: expect.stringContaining(turn.work.prompt) });
      expect(fileText('notes.txt')).toBe('one\ntwo\n');
      expect(fileText('where.txt')).toBe(`${turn.workspacePath}\n`);
      expect(result.summary).toContain('the notes are written');
    });

    when(can.outputs)('hands over its outputs by name', async () => {
      const { turn } = await open([{ finish: 'found', outputs: { answer: '42' } }], { outputs: ['answer'] });
      expect((await drive(start(), turn)).result.outputs).toMatchObject({ answer: '42' });
    });

    when(can.tools)('tells of each tool call before its result, and of each result once', async () => {
      const { turn } = await open([{ run: 'echo hello' }, { run: 'exit 3' }]);
      const { events } = await drive(start(), turn);
      const called = eventsOf(events, 'tool.called').map(({ callId }) => callId);
      const returned = eventsOf(events, 'tool.returned').map(({ callId }) => callId);
      expect(new Set(called).size).toBe(called.length);
      expect(returned.toSorted()).toEqual(called.toSorted());
      for (const callId of called) {
        const [begins, ends] = ['tool.called', 'tool.returned'].map((type) =>
          events.findIndex((event) => event.type === type && 'callId' in event && event.callId === callId),
        );
        expect(begins).toBeLessThan(ends!);
      }
      expect(eventsOf(events, 'tool.returned').some(({ output }) => output.includes('hello'))).toBe(true);
    });

    when(can.steering !== 'never')('does what a message asks that comes while it works', async () => {
      const bench = await open([{ run: held }, { write: 'planned.txt', text: 'as planned' }]);
      const driven = drive(start(), bench.turn);
      await vi.waitFor(() => expect(bench.fileText('begun')).toBeDefined(), PATIENCE);
      const text = asking({ write: 'steered.txt', text: 'as told' });
      bench.inbox.push({ id: messageId(7), from: 'grace', text });
      bench.put('go', '');
      const { events } = await driven;
      expect(eventsOf(events, 'turn.told').flatMap(({ messageIds }) => messageIds)).toEqual([messageId(7)]);
      expect(bench.fileText('steered.txt')).toBe('as told');
      if (can.steering === 'at the next tool') expect(bench.fileText('planned.txt')).toBeUndefined();
    });

    when(can.permissions)('changes nothing and runs nothing where that is not permitted, and ends', async () => {
      const { turn, fileText } = await open([{ write: 'written', text: '' }, { run: 'touch ran' }], {}, (bench) => ({
        agent: { ...bench.turn.agent, permissions: 'deny' },
      }));
      await drive(start(), turn);
      expect([fileText('written'), fileText('ran')]).toEqual([undefined, undefined]);
    });

    when(can.permissions)('asks a person first where it has to, and does only what is allowed', async () => {
      const asked: string[] = [];
      const allowing = /\ballow/i;
      const ask: Turn['ask'] = ({ text, options }) => {
        asked.push(text);
        const { id: option } = options.find((each) => allowing.test(each.id) === text.includes('good')) ?? {
          id: 'none',
        };
        return Promise.resolve({ option, by: 'Mia' });
      };
      const { turn, fileText } = await open([{ run: 'touch good' }, { run: 'touch bad' }], {}, (bench) => ({
        agent: { ...bench.turn.agent, permissions: 'ask' },
        ask,
      }));
      await drive(start(), turn);
      expect(asked).toEqual([expect.stringContaining('good'), expect.stringContaining('bad')]);
      expect([fileText('good'), fileText('bad')]).toEqual(['', undefined]);
    });

    it('does nothing while it is paused before it begins, and starts when it is let go', async () => {
      const gate = latch();
      const { turn, fileText, asked, attended } = await open([{ run: 'touch ran' }], {}, () => ({
        gate: gate.pass,
      }));
      const driven = drive(start(), turn);
      await gate.reached;
      await manyRoundTrips();
      expect([fileText('ran'), asked(), attended.size]).toEqual([undefined, 0, 0]);
      gate.open();
      await driven;
      expect(fileText('ran')).toBe('');
    });

    when(can.pauses === 'between steps')('asks nothing and does nothing while it is paused, and goes on', async () => {
      const first = latch();
      const second = latch();
      const gates = [first, second];
      first.open();
      const { turn, fileText, asked } = await open([{ run: 'touch one' }, { run: 'touch two' }], {}, () => ({
        gate: () => gates.shift()?.pass() ?? Promise.resolve(),
      }));
      const driven = drive(start(), turn);
      await second.reached;
      const before = asked();
      await manyRoundTrips();
      expect([fileText('one'), fileText('two'), asked()]).toEqual(['', undefined, before]);
      second.open();
      await driven;
      expect(fileText('two')).toBe('');
    });

    it(`goes on ${can.resumes} after an interruption, in another process`, { timeout: 60_000 }, async () => {
      const bench = await open([{ run: 'echo one >> log' }, { run: held }, { run: 'echo two >> log' }]);
      const abort = new AbortController();
      const history: Awaited<ReturnType<typeof drive>>['events'] = [];
      const onEvent = (event: (typeof history)[number]) => history.push(event);
      const driven = drive(start(), bench.turn, { signal: abort.signal, onEvent }).catch((thrown: unknown) => thrown);
      await vi.waitFor(() => expect(bench.fileText('begun')).toBeDefined(), PATIENCE);
      abort.abort(new FusionError('shutting_down', 'the server stops'));
      expect(await driven).toMatchObject({ code: 'shutting_down' });
      bench.put('go', '');

      const { events } = await drive(start(), bench.again({ history }));
      expect(eventsOf([...history, ...events], 'turn.opened')).toHaveLength(1);
      const log = (bench.fileText('log') ?? '').trim().split('\n');
      expect(log.at(-1)).toBe('two');
      if (can.resumes === 'where it was') expect(log).toEqual(['one', 'two']);
    });

    it('stops a running command at once when it is cancelled, and leaves no process', { timeout: 60_000 }, async () => {
      const { turn, fileText, attended } = await open([{ run: leaving('echo $$ >> pids; touch begun; wait') }]);
      const abort = new AbortController();
      const driven = drive(start(), turn, { signal: abort.signal }).catch((thrown: unknown) => thrown);
      await vi.waitFor(() => expect(fileText('begun')).toBe(''), PATIENCE);
      abort.abort(new FusionError('dispatch_stale', 'the task was cancelled'));
      expect(await driven).toMatchObject({ code: 'dispatch_stale' });
      const pids = pidsIn(fileText('pids'));
      expect(pids).toHaveLength(3);
      await vi.waitFor(() => expect(pids.filter(processLives)).toEqual([]), PATIENCE);
      await vi.waitFor(() => expect([...attended]).toEqual([]), PATIENCE);
    });

    it(`when its program crashes: ${can.crash}`, { timeout: 60_000 }, async () => {
      const { turn, fileText, attended } = await open([
        { run: leaving('true') },
        { crash: true },
        { write: 'after.txt', text: 'on' },
      ]);
      const ended = await drive(start(), turn).catch((thrown: unknown) => thrown);
      if (can.crash === 'it goes on') expect(fileText('after.txt')).toBe('on');
      else expect(ended).toMatchObject({ code: can.crash });
      await vi.waitFor(() => expect(pidsIn(fileText('pids')).filter(processLives)).toEqual([]), PATIENCE);
      expect([...attended]).toEqual([]);
    });

    it('costs nothing when its turn is over: no model is asked, no process is left', { timeout: 60_000 }, async () => {
      const { turn, fileText, asked, attended } = await open([{ run: leaving('true') }]);
      await drive(start(), turn);
      const pids = pidsIn(fileText('pids'));
      expect(pids).toHaveLength(2);
      await vi.waitFor(() => expect(pids.filter(processLives)).toEqual([]), PATIENCE);
      expect([...attended]).toEqual([]);
      const before = asked();
      await manyRoundTrips();
      expect(asked()).toBe(before);
    });

    it('does not begin when it is cancelled before', async () => {
      const { turn, fileText, asked } = await open([{ run: 'touch ran' }]);
      const over = AbortSignal.abort(new FusionError('dispatch_stale', 'too late'));
      await expect(drive(start(), turn, { signal: over })).rejects.toMatchObject({ code: 'dispatch_stale' });
      expect([fileText('ran'), asked()]).toEqual([undefined, 0]);
    });
  });
}

/** A gate that says when somebody stands before it. */
function latch() {
  let reach = () => {};
  let open = () => {};
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  const pass = () => {
    reach();
    return opened;
  };
  return { reached, open: () => open(), pass };
}

/** As long as whoever does not wait would need to be seen: many round trips of HTTP through this very process. */
async function manyRoundTrips(): Promise<void> {
  const server = createServer((_, response) => response.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (let trip = 0; trip < 20; trip++) await (await fetch(`http://127.0.0.1:${port}`)).text();
  server.closeAllConnections();
  server.close();
}
