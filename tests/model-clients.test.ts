import type { Upstream } from '@fusion-kit/domain/ports/upstream';
import { modelLoop } from '@fusion-kit/runtimes/model-loop/model-loop';
import { recordingMeter, type RecordingMeter } from '@fusion-kit/testing/recording-meter';
import { drive, runtimeBench, type RuntimeBench } from '@fusion-kit/testing/runtime-bench';
import { inOrder } from '@fusion-kit/testing/runtime-script';
import { anthropicUpstream, googleUpstream, openAiUpstream } from '@fusion-kit/upstreams/vendors';
import { openAiCompatibleUpstream } from '@fusion-kit/upstreams/openai-compatible';
import { openRouterUpstream } from '@fusion-kit/upstreams/openrouter';
import { startScriptedServer, type ScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Writes, reads back what was written, and finishes. */
const SCRIPT = [
  { tool: 'write_file', args: { path: 'a.txt', content: 'hello' } },
  [
    { tool: 'read_file', args: { path: 'a.txt' } },
    { tool: 'shell', args: { command: 'wc -c a.txt' } },
  ],
  { tool: 'finish', args: { summary: 'it says {{lastResult}}' } },
];

const LIMITS = { backoffMs: 1, idleMs: 200 };
const PROVIDERS: Record<string, (server: ScriptedServer, meter: RecordingMeter) => Upstream> = {
  openrouter: ({ apiKey, baseUrl }, meter) => openRouterUpstream({ apiKey, baseUrl, meter, limits: LIMITS }),
  'openai-compatible': ({ apiKey, baseUrl }, meter) =>
    openAiCompatibleUpstream({ apiKey, baseUrl, meter, limits: LIMITS }),
  openai: ({ apiKey, baseUrl }, meter) => openAiUpstream({ apiKey, baseUrl, meter, limits: LIMITS }),
  anthropic: ({ apiKey, baseUrl }, meter) => anthropicUpstream({ apiKey, baseUrl, meter, limits: LIMITS }),
  google: ({ apiKey, baseUrl }, meter) => googleUpstream({ apiKey, baseUrl: `${baseUrl}beta`, meter, limits: LIMITS }),
};

describe.each(Object.keys(PROVIDERS))('the model loop at %s', (name) => {
  let server: ScriptedServer;
  let meter: RecordingMeter;
  let bench: RuntimeBench;
  beforeEach(async () => {
    server = await startScriptedServer();
    meter = recordingMeter();
    bench = await runtimeBench(inOrder(), { prompt: `<<SCRIPT ${JSON.stringify(SCRIPT)} >>` });
  });
  afterEach(async () => {
    await Promise.all([server.close(), bench.close()]);
  });

  const run = () => {
    const upstream = PROVIDERS[name]?.(server, meter);
    if (!upstream) throw new Error(`no provider ${name}`);
    const { id: provider, protocol, baseUrl } = upstream;
    const fetch: typeof globalThis.fetch = (input, init) => upstream.fetch(bench.turn.caller, input, init);
    return drive(modelLoop(), {
      ...bench.turn,
      model: { provider, protocol, baseUrl, model: 'coder', fetch },
    });
  };

  it('does work over several steps, every call held, settled and counted', async () => {
    const { result } = await run();

    expect(result.summary).toContain('5 a.txt');
    expect(bench.fileText('a.txt')).toBe('hello');
    expect(meter.settled).toHaveLength(3);
    for (const { record } of meter.settled) {
      expect(record).toMatchObject({ provider: name, model: 'coder', basis: 'reported', status: 200 });
      expect(Math.min(record.inputTokens, record.outputTokens)).toBeGreaterThan(0);
    }
  });

  it.each([
    ['cut off', { cutStream: true as const }],
    ['malformed', { malformed: true as const }],
    ['silent in the middle', { silentMs: 60_000 }],
    ['broken by an error among its events', { midStreamError: true as const }],
    ['an error with status 200', { errorCode: 502 }],
    ['refused with 500', { status: 500 }],
    ['refused with 503', { status: 503 }],
  ])('loses nothing when an answer is %s, and keeps nothing of it', async (_what, fault) => {
    server.faults([{ ...fault, match: 'wc -c' }]);
    const { events, result } = await run();

    expect(result.summary).toContain('5 a.txt');
    expect(events.filter(({ type }) => type === 'step.answered')).toHaveLength(3);
  });
});
