import { FusionError } from '@fusion-kit/domain/errors';
import { AgentId, DispatchId, ProjectId, RunId, TaskId } from '@fusion-kit/domain/ids';
import type { Caller, Upstream, Wire } from '@fusion-kit/domain/ports/upstream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ModelFault, ModelServer } from './model-server.ts';
import { recordingMeter, type RecordingMeter } from './recording-meter.ts';
import { testClock, type TestClock } from './test-clock.ts';
import { WIRE_CLIENTS, type WireQuestion } from './wire-client.ts';

export interface UpstreamUnderTest {
  /** Its silence between two pieces of an answer is 100 ms at most. */
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
 * @param wire one of the upstream's formats, in which it is asked
 * @param make an upstream for the given meter and clock, with a server of its own
 */
export function upstreamConformance(
  name: string,
  wire: Wire,
  make: (meter: RecordingMeter, clock: TestClock) => Promise<UpstreamUnderTest>,
): void {
  const client = WIRE_CLIENTS[wire];

  describe(`upstream ${name}, ${wire}`, () => {
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

    const ask = (question: Partial<WireQuestion> = {}, init: RequestInit = {}, instead?: string) => {
      const { path, body } = client.request({ content: 'Say hello', ...question });
      const headers = { 'content-type': 'application/json', authorization: 'Bearer from-the-client' };
      const request = { method: 'POST', headers, body: JSON.stringify(body), ...init };
      return upstream.fetch(caller, `${upstream.wires[wire]}${path}`, request, instead);
    };
    const completions = () => server.requests().filter(({ method }) => method === 'POST');

    it('streams an answer through and settles it with the figures that the provider reports', async () => {
      const text = await (await ask()).text();

      const { words, usage } = client.read(text);
      expect(words).toBe('Hello there, this answer comes in several pieces.');
      expect(meter.reserved).toHaveLength(1);
      expect(meter.settled).toHaveLength(1);
      expect(meter.settled[0]?.record).toMatchObject({
        provider: upstream.id,
        model: 'scripted/coder',
        status: 200,
        basis: 'reported',
        inputTokens: usage.inputTokens,
        outputTokens: usage.outputTokens,
        ...(usage.costUsd !== undefined && { costUsd: usage.costUsd }),
        attempts: 1,
      });
    });

    it('streams the pieces of tool calls through untouched', async () => {
      const text = await (await ask({ content: 'Call a tool' })).text();

      const { calls } = client.read(text);
      expect(calls.map((call) => JSON.parse(call) as unknown)).toEqual([
        { path: 'notes.md', content: 'A note long enough for several fragments.' },
      ]);
    });

    it('returns an answer that is not streamed, settled', async () => {
      const { usage, words } = client.read(await (await ask({ stream: false })).text());

      expect(words).toContain('Hello there');
      expect(meter.settled[0]?.record).toMatchObject({
        basis: 'reported',
        ...(usage.costUsd !== undefined && { costUsd: usage.costUsd }),
        inputTokens: usage.inputTokens,
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

      expect(completionsAtReserve).toBe(0);
      expect(client.capOf(completions()[0]?.body ?? '')).toBe(client.defaultCap);
      expect(meter.reserved[0]?.tokens).toBe(client.defaultCap + Math.ceil((completions()[0]?.body.length ?? 0) / 4));
    });

    it('keeps the output cap that the client asks for', async () => {
      await (await ask({ cap: 100 })).text();

      expect(client.capOf(completions()[0]?.body ?? '')).toBe(100);
      expect(meter.reserved[0]?.tokens).toBeLessThan(8_192);
    });

    it('lets no cap through that is larger than what is held for one answer', async () => {
      await (await ask({ cap: 1_000_000 })).text();

      expect(client.capOf(completions()[0]?.body ?? '')).toBe(65_536);
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
      [404, 'model_unknown'],
      [422, 'provider_failed'],
    ])('calls a refusal with %i by its name and does not repeat it', async (status, code) => {
      server.faults([{ status }]);
      const error = await refusal(ask());

      expect(error.code).toBe(code);
      expect(error.message).toContain(`scripted fault ${status}`);
      expect(completions()).toHaveLength(1);
    });

    it('parks a call that credits are missing for, and says when it is tried again', async () => {
      server.faults([{ status: 402 }]);

      expect(await refusal(ask())).toMatchObject({ code: 'provider_credits', retryAfterMs: expect.any(Number) });
      expect(completions()).toHaveLength(1);
    });

    it('tells a key that has run out from one that was never good', async () => {
      await (await ask()).text();
      server.renewKey('another');

      expect(await refusal(ask())).toMatchObject({ code: 'provider_key_expired', retryAfterMs: expect.any(Number) });
    });

    it('leaves a provider alone that fails whoever asks, until one caller has found that it works', async () => {
      await upstream.models?.();
      server.faults([{ status: 502, times: 7 }]);
      const asked = await refusal(ask());
      const askedAgain = await refusal(ask());
      const refused = await Promise.all(Array.from({ length: 10 }, async () => refusal(ask())));
      const asksMeanwhile = completions().length;

      expect(asked.code).toBe('provider_failed');
      expect(askedAgain).toMatchObject({ code: 'provider_down', retryAfterMs: expect.any(Number) });
      expect(refused.map(({ code }) => code)).toEqual(Array.from({ length: 10 }, () => 'provider_down'));
      expect(askedAgain.message).toContain('scripted fault 502');
      expect(asksMeanwhile).toBe(7);
      clock.pass(askedAgain.retryAfterMs ?? 0);
      await (await ask()).text();
      expect(completions()).toHaveLength(8);
    });

    it('says in the record whom it stands in for', async () => {
      await (await ask({}, {}, 'other a-model')).text();

      expect(meter.settled[0]?.record).toMatchObject({ provider: upstream.id, insteadOf: 'other a-model' });
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
      ['falls silent', { silentMs: 60_000 }],
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
      await (await ask({ content: `Say hello ${server.apiKey}` })).text();
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

/** The error with which a call, or the reading of its answer, ends. */
async function refusal(asked: Promise<Response>): Promise<FusionError> {
  const error = await asked.then(async (response) => response.text()).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FusionError);
  return error as FusionError;
}
