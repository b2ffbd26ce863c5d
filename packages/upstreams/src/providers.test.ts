import { AgentId, DispatchId, ProjectId, RunId, TaskId } from '@fusion-kit/domain/ids';
import { recordingMeter } from '@fusion-kit/testing/recording-meter';
import { afterEach, describe, expect, it } from 'vitest';
import { openAiCompatibleUpstream } from './openai-compatible.ts';
import { openRouterUpstream } from './openrouter.ts';
import { startScriptedServer, type ScriptedServer, type ScriptedServerOptions } from './scripted/server.ts';

const caller = {
  projectId: ProjectId.parse('prj_00000000000000000000000001'),
  runId: RunId.parse('run_00000000000000000000000001'),
  taskId: TaskId.parse('tsk_00000000000000000000000001'),
  agentId: AgentId.parse('agt_00000000000000000000000001'),
  dispatchId: DispatchId.parse('dsp_00000000000000000000000001'),
};

let server: ScriptedServer | undefined;
afterEach(async () => server?.close());
const started = async (options?: ScriptedServerOptions) => (server = await startScriptedServer(options));

const ask = (body: Record<string, unknown> = {}) => ({
  method: 'POST',
  body: JSON.stringify({ messages: [{ role: 'user', content: 'hello' }], stream: true, ...body }),
});

describe('openrouter', () => {
  it('says which variable is missing when there is no key, and asks nobody', async () => {
    const scripted = await started();
    const { baseUrl } = scripted;
    const upstream = openRouterUpstream({ baseUrl, meter: recordingMeter(), model: 'scripted/coder' });

    const status = await upstream.check();
    expect(status).toMatchObject({ ok: false, failure: { code: 'provider_key_missing' } });
    expect(status.failure?.message).toContain('OPENROUTER_API_KEY');
    await expect(upstream.fetch(caller, `${baseUrl}/chat/completions`, ask())).rejects.toMatchObject({
      code: 'provider_key_missing',
    });
    expect(scripted.requests()).toHaveLength(0);
  });

  it('tells what the key may still spend', async () => {
    const { baseUrl, apiKey } = await started();
    const status = await openRouterUpstream({ baseUrl, apiKey, meter: recordingMeter() }).check();

    expect(status).toMatchObject({ ok: true, remainingUsd: 1_000, credential: 'environment OPENROUTER_API_KEY' });
  });

  it('names a refused key in its check', async () => {
    const { baseUrl } = await started();
    const status = await openRouterUpstream({ baseUrl, apiKey: 'wrong', meter: recordingMeter() }).check();

    expect(status.failure?.code).toBe('provider_refused_key');
  });

  it('holds budget in dollars by the prices of the list, and uses the default model when none is named', async () => {
    const { baseUrl, apiKey } = await started();
    const meter = recordingMeter();
    const upstream = openRouterUpstream({ baseUrl, apiKey, meter, model: 'scripted/coder' });
    await (await upstream.fetch(caller, `${baseUrl}/chat/completions`, ask({ max_tokens: 1_000 }))).text();

    const [held] = meter.reserved;
    expect(held?.costUsd).toBeCloseTo(((held?.tokens ?? 0) - 1_000) * 0.000_001 + 1_000 * 0.000_005, 12);
    expect(meter.settled[0]?.record.model).toBe('scripted/coder');
  });

  it('breaks off when nothing is heard for too long', async () => {
    const scripted = await started();
    const { baseUrl, apiKey } = scripted;
    scripted.faults([{ stallMs: 60_000, times: 2 }]);
    const meter = recordingMeter();
    const limits = { firstByteMs: 20, backoffMs: 1, attempts: 2 };
    const upstream = openRouterUpstream({ baseUrl, apiKey, meter, model: 'scripted/coder', limits });
    const asked = upstream.fetch(caller, `${baseUrl}/chat/completions`, ask());

    await expect(asked).rejects.toMatchObject({ code: 'provider_unreachable' });
    // Both attempts reached the provider, so both are counted in full.
    const { record } = meter.settled[0] ?? {};
    expect((record?.inputTokens ?? 0) + (record?.outputTokens ?? 0)).toBe(2 * (meter.reserved[0]?.tokens ?? 0));
    expect(record?.basis).toBe('reserved');
  });
});

describe('openai-compatible', () => {
  it('does not invent a cost where neither cost nor price is known', async () => {
    const { baseUrl, apiKey } = await started({ priced: false });
    const meter = recordingMeter();
    const upstream = openAiCompatibleUpstream({ baseUrl, apiKey, meter, model: 'scripted/coder' });
    await (await upstream.fetch(caller, `${baseUrl}/chat/completions`, ask())).text();

    expect(meter.reserved[0]?.costUsd).toBeNull();
    expect(meter.settled[0]?.record).toMatchObject({ basis: 'reported', costUsd: null });
  });

  it('asks for the usage of a stream, which the protocol does not send by itself', async () => {
    const scripted = await started();
    const { baseUrl, apiKey } = scripted;
    const upstream = openAiCompatibleUpstream({ baseUrl, apiKey, meter: recordingMeter(), model: 'scripted/coder' });
    await (await upstream.fetch(caller, `${baseUrl}/chat/completions`, ask())).text();

    expect(JSON.parse(scripted.requests().at(-1)?.body ?? '')).toMatchObject({
      stream_options: { include_usage: true },
    });
  });

  it('needs no key where the server wants none', async () => {
    const { baseUrl } = await started();
    const status = await openAiCompatibleUpstream({ baseUrl, meter: recordingMeter() }).check();

    expect(status).toMatchObject({ credential: 'none needed', failure: { code: 'provider_refused_key' } });
    expect(status.failure).not.toHaveProperty('retryAfterMs');
  });
});
