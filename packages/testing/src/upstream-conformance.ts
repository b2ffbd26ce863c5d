import { FusionError } from '@fusion-kit/domain/errors';
import { AgentId, DispatchId, ProjectId, RunId, TaskId } from '@fusion-kit/domain/ids';
import type { Caller, Upstream } from '@fusion-kit/domain/ports/upstream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventsOf, usageOfStream, wordsOfStream, type ReportedUsage } from './completion-stream.ts';
import { recordingMeter, type RecordingMeter } from './recording-meter.ts';
import { testClock, type TestClock } from './test-clock.ts';

/** The loopback model server behind the upstream under test, as far as the suite uses it. */
export interface ModelServer {
  readonly apiKey: string;
  requests(): readonly { method: string; path: string; body: string }[];
  faults(faults: readonly ModelFault[]): void;
  close(): Promise<void>;
}

export type ModelFault = { times?: number } & (
  | { status: number; retryAfterS?: number }
  | { errorCode: number }
  | { cutStream: true }
  | { stallMs: number }
  | { malformed: true }
  | { midStreamError: true }
);

export interface UpstreamUnderTest {
  upstream: Upstream;
  server: ModelServer;
}

const KEY_CHECK_MS = 60_000;
const caller: Caller = {
  projectId: ProjectId.parse('prj_00000000000000000000000001'),
  runId: RunId.parse('run_00000000000000000000000001'),
  taskId: TaskId.parse('tsk_00000000000000000000000001'),
  agentId: AgentId.parse('agt_00000000000000000000000001'),
  dispatchId: DispatchId.parse('dsp_00000000000000000000000001'),
};

/**
 * What every upstream promises, over real HTTP against a scripted server that speaks its protocol.
 *
 * @param make an upstream for the given meter and clock, with a server of its own
 */
export function upstreamConformance(
  name: string,
  make: (meter: RecordingMeter, clock: TestClock) => Promise<UpstreamUnderTest>,
): void {
  describe(`upstream ${name}`, () => {
    let meter: RecordingMeter;
    let clock: TestClock;
    let upstream: Upstream;
    let server: ModelServer;

    beforeEach(async () => {
      meter = recordingMeter();
      clock = testClock();
      ({ upstream, server } = await make(meter, clock));
    });
    afterEach(async () => server.close());

    const ask = (body: Record<string, unknown> = {}, init: RequestInit = {}) =>
      upstream.fetch(caller, `${upstream.baseUrl}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer from-the-client' },
        body: JSON.stringify({ ...question('Say hello'), stream: true, ...body }),
        ...init,
      });
    const completions = () => server.requests().filter(({ method }) => method === 'POST');

    it('streams an answer through and settles it with the figures that the provider reports', async () => {
      const text = await (await ask()).text();

      const usage = usageOfStream(text);
      expect(wordsOfStream(text)).toBe('Hello there, this answer comes in several pieces.');
      expect(meter.reserved).toHaveLength(1);
      expect(meter.settled).toHaveLength(1);
      expect(meter.settled[0]?.record).toMatchObject({
        provider: upstream.id,
        model: 'scripted/coder',
        status: 200,
        basis: 'reported',
        inputTokens: usage.prompt_tokens,
        outputTokens: usage.completion_tokens,
        costUsd: usage.cost,
        attempts: 1,
      });
    });

    it('streams the pieces of tool calls through untouched', async () => {
      const text = await (await ask({ ...question('Call a tool') })).text();

      const pieces = eventsOf(text).flatMap((event) => event.choices?.[0]?.delta?.tool_calls ?? []);
      expect(pieces.length).toBeGreaterThan(3);
      expect(JSON.parse(pieces.map((piece) => piece.function.arguments).join(''))).toEqual({
        path: 'notes.md',
        content: 'A note long enough for several fragments.',
      });
    });

    it('returns an answer that is not streamed, settled', async () => {
      const answer = (await (await ask({ stream: false })).json()) as { usage: ReportedUsage };

      expect(meter.settled[0]?.record).toMatchObject({
        basis: 'reported',
        costUsd: answer.usage.cost,
        inputTokens: answer.usage.prompt_tokens,
      });
    });

    it('settles before the consumer can see the end', async () => {
      const response = await ask();
      const reader = response.body?.getReader();
      const settledAtEachRead: number[] = [];
      for (;;) {
        const read = await reader?.read();
        settledAtEachRead.push(meter.settled.length);
        if (!read || read.done) break;
      }

      expect(settledAtEachRead[0]).toBe(0);
      expect(settledAtEachRead.at(-1)).toBe(1);
    });

    it('holds the estimate before anything is sent, with an output cap of its own when none is given', async () => {
      let completionsAtReserve: number | undefined;
      const reserve = meter.reserve.bind(meter);
      meter.reserve = async (...given) => {
        completionsAtReserve = completions().length;
        return reserve(...given);
      };
      await (await ask()).text();

      const sent = JSON.parse(completions()[0]?.body ?? '') as { max_tokens: number };
      expect(completionsAtReserve).toBe(0);
      expect(sent.max_tokens).toBe(8_192);
      expect(meter.reserved[0]?.tokens).toBe(8_192 + Math.ceil((completions()[0]?.body.length ?? 0) / 4));
    });

    it('keeps the output cap that the client asks for', async () => {
      await (await ask({ max_tokens: 100 })).text();

      expect(JSON.parse(completions()[0]?.body ?? '')).toMatchObject({ max_tokens: 100 });
      expect(meter.reserved[0]?.tokens).toBeLessThan(8_192);
    });

    it('sends nothing when the budget is refused', async () => {
      meter.refuse('reserve', new FusionError('budget_exceeded', 'the run has spent its budget'));

      expect((await refusal(ask())).code).toBe('budget_exceeded');
      expect(completions()).toHaveLength(0);
    });

    it('breaks the stream when the call cannot be settled', async () => {
      meter.refuse('settle', new FusionError('dispatch_stale', 'the task has a newer dispatch'));

      expect((await refusal(ask())).code).toBe('dispatch_stale');
    });

    it('goes nowhere but to its own provider', async () => {
      const elsewhere = upstream.fetch(caller, 'http://127.0.0.1:9/api/v1/chat/completions', {
        method: 'POST',
        body: '{}',
      });

      expect((await refusal(elsewhere)).code).toBe('provider_failed');
      expect(meter.reserved).toHaveLength(0);
    });

    it('waits as long as the provider asks and tries again', async () => {
      server.faults([{ status: 429, retryAfterS: 1 }]);
      await (await ask()).text();

      expect(clock.slept).toContain(1_000);
      expect(completions()).toHaveLength(2);
      expect(meter.settled[0]?.record).toMatchObject({ attempts: 2, status: 200, basis: 'reported' });
      expect(meter.reserved).toHaveLength(1);
    });

    it('reports a long limit instead of waiting for it, and leaves the provider alone meanwhile', async () => {
      server.faults([{ status: 429, retryAfterS: 90 }]);
      const first = await refusal(ask());
      const second = await refusal(ask());

      expect(first).toMatchObject({ code: 'provider_limited', retryAfterMs: 90_000 });
      expect(second).toMatchObject({ code: 'provider_limited', retryAfterMs: 90_000 });
      expect(completions()).toHaveLength(1);
      expect(meter.settled.map(({ record }) => record.inputTokens)).toEqual([0]);

      clock.pass(90_000);
      await (await ask()).text();
      expect(completions()).toHaveLength(2);
    });

    it('takes a long wait that an overloaded provider asks for as a limit', async () => {
      server.faults([{ status: 503, retryAfterS: 90 }]);

      expect(await refusal(ask())).toMatchObject({ code: 'provider_limited', retryAfterMs: 90_000 });
      expect(completions()).toHaveLength(1);
    });

    it('starts no storm when one of twenty callers is limited', async () => {
      server.faults([{ status: 429, retryAfterS: 2 }]);
      const answers = await Promise.all(Array.from({ length: 20 }, async () => (await ask()).text()));

      expect(answers).toHaveLength(20);
      expect(completions()).toHaveLength(21);
      expect(meter.settled).toHaveLength(20);
    });

    it('lets one caller alone try whether a limit is over', async () => {
      server.faults([{ status: 429, retryAfterS: 90, times: 2 }]);
      await refusal(ask());
      clock.pass(90_000);
      const refused = await Promise.all(Array.from({ length: 10 }, async () => refusal(ask())));

      expect(refused.map(({ code }) => code)).toEqual(Array.from({ length: 10 }, () => 'provider_limited'));
      expect(completions()).toHaveLength(2);
    });

    it('recovers from a provider that fails twice', async () => {
      server.faults([{ status: 503, times: 2 }]);
      await (await ask()).text();

      expect(completions()).toHaveLength(3);
      expect(meter.settled[0]?.record).toMatchObject({ attempts: 3, basis: 'reported' });
    });

    it('gives up after four attempts and says when to come back', async () => {
      server.faults([{ status: 503, times: 9 }]);
      const error = await refusal(ask());

      expect(error.code).toBe('provider_failed');
      expect(error.retryAfterMs).toBeGreaterThan(0);
      expect(completions()).toHaveLength(4);
      expect(meter.settled[0]?.record).toMatchObject({ status: 503, inputTokens: 0, outputTokens: 0, costUsd: 0 });
    });

    it.each([
      [401, 'provider_refused_key'],
      [403, 'provider_refused_key'],
      [402, 'provider_credits'],
      [404, 'model_unknown'],
      [422, 'provider_failed'],
    ])('calls a refusal with %i by its name and does not repeat it', async (status, code) => {
      server.faults([{ status }]);
      const error = await refusal(ask());

      expect(error.code).toBe(code);
      expect(error.message).toContain(`scripted fault ${status}`);
      expect(completions()).toHaveLength(1);
    });

    it('says that a model is unknown when the provider refuses one that it does not list', async () => {
      server.faults([{ status: 400 }]);

      expect((await refusal(ask({ model: 'nobody/nothing' }))).code).toBe('model_unknown');
    });

    it('looks for errors inside answers of status 200', async () => {
      server.faults([{ errorCode: 502 }, { errorCode: 402 }]);

      expect((await refusal(ask())).code).toBe('provider_credits');
      expect(completions()).toHaveLength(2);
    });

    it.each<[string, ModelFault]>([
      ['is cut off', { cutStream: true }],
      ['carries an error', { midStreamError: true }],
      ['is malformed', { malformed: true }],
    ])('counts a stream that %s in full, and shows the consumer an error', async (_what, fault) => {
      server.faults([fault]);
      const error = await refusal(ask());

      expect(error.code).toMatch(/^provider_/);
      expect(error.retryAfterMs).toBeGreaterThanOrEqual(0);
      const { record } = meter.settled[0] ?? {};
      expect(record?.basis).toBe('reserved');
      expect((record?.inputTokens ?? 0) + (record?.outputTokens ?? 0)).toBe(meter.reserved[0]?.tokens);
      expect(record?.costUsd).toBe(meter.reserved[0]?.costUsd);
    });

    it('stops waiting for an answer when it is aborted, and counts the call in full', async () => {
      server.faults([{ stallMs: 60_000 }]);
      const stop = new AbortController();
      const asked = ask({}, { signal: stop.signal }).catch((error: unknown) => error);
      await vi.waitFor(() => expect(completions()).toHaveLength(1));
      stop.abort();

      expect(await asked).toBe(stop.signal.reason);
      expect(meter.settled[0]?.record.basis).toBe('reserved');
    });

    it('settles a stream that its consumer aborts without reading on', async () => {
      const stop = new AbortController();
      const response = await ask({}, { signal: stop.signal });
      stop.abort();

      await vi.waitFor(() => expect(meter.settled).toHaveLength(1));
      expect(meter.settled[0]?.record.basis).toBe('reserved');
      await expect(response.text()).rejects.toBe(stop.signal.reason);
    });

    it('settles a stream that its consumer turns away from', async () => {
      const response = await ask();
      await response.body?.cancel();

      expect(meter.settled).toHaveLength(1);
    });

    it('says that a provider which is gone cannot be reached, and counts nothing for it', async () => {
      await upstream.models?.();
      await server.close();
      const error = await refusal(ask());

      expect(error.code).toBe('provider_unreachable');
      expect(meter.settled[0]?.record).toMatchObject({ attempts: 4, inputTokens: 0, costUsd: 0 });
    });

    it('shows the key to the provider alone', async () => {
      server.faults([{ status: 500 }]);
      await (await ask(question(`Say hello ${server.apiKey}`))).text();
      server.faults([{ status: 401 }]);
      const error = await refusal(ask());

      expect(JSON.stringify(meter.settled)).not.toContain(server.apiKey);
      expect(meter.settled[0]?.record.request).toContain('Say hello');
      expect(JSON.stringify(error) + String(error.stack)).not.toContain(server.apiKey);
    });

    it('checks the provider at most once a minute, and never with a completion', async () => {
      const first = await upstream.check();
      const asked = server.requests().length;
      await Promise.all([upstream.check(), upstream.check()]);

      expect(first).toMatchObject({ ok: true });
      expect(server.requests()).toHaveLength(asked);
      clock.pass(KEY_CHECK_MS);
      await upstream.check();
      expect(server.requests()).toHaveLength(asked + 1);
      expect(completions()).toHaveLength(0);
    });

    it('says in its check what is wrong, without rejecting', async () => {
      await server.close();

      expect(await upstream.check()).toMatchObject({
        ok: false,
        failure: { code: 'provider_unreachable', retryAfterMs: expect.any(Number) },
      });
    });

    it('lists its models', async () => {
      expect(await upstream.models?.()).toContainEqual(expect.objectContaining({ id: 'scripted/coder' }));
    });
  });
}

/** What the scripted server must answer to the suite's questions; `match` is found in the user's text. */
export const CONFORMANCE_SCENARIO = [
  {
    name: 'words',
    match: 'Say hello',
    steps: [{ say: 'Hello there, this answer comes in several pieces.' }],
  },
  {
    name: 'tool',
    match: 'Call a tool',
    steps: [{ tool: 'write_file', args: { path: 'notes.md', content: 'A note long enough for several fragments.' } }],
  },
];

const question = (content: string) => ({ model: 'scripted/coder', messages: [{ role: 'user', content }] });

/** The error with which a call, or the reading of its answer, ends. */
async function refusal(asked: Promise<Response>): Promise<FusionError> {
  const error = await asked.then(async (response) => response.text()).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FusionError);
  return error as FusionError;
}
