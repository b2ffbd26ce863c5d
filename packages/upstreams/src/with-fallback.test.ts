import { AgentId, DispatchId, ProjectId, RunId, TaskId } from '@fusion-kit/domain/ids';
import { recordingMeter } from '@fusion-kit/testing/recording-meter';
import { testClock } from '@fusion-kit/testing/test-clock';
import { WIRE_CLIENTS } from '@fusion-kit/testing/wire-client';
import { afterEach, expect, it } from 'vitest';
import { anthropicUpstream, googleUpstream, openAiUpstream } from './vendors.ts';
import { openRouterUpstream } from './openrouter.ts';
import type { Fault } from './scripted/faults.ts';
import { startScriptedServer, type ScriptedServer } from './scripted/server.ts';
import { withFallback } from './with-fallback.ts';

const caller = {
  projectId: ProjectId.parse('prj_00000000000000000000000001'),
  runId: RunId.parse('run_00000000000000000000000001'),
  taskId: TaskId.parse('tsk_00000000000000000000000001'),
  agentId: AgentId.parse('agt_00000000000000000000000001'),
  dispatchId: DispatchId.parse('dsp_00000000000000000000000001'),
};

const servers: ScriptedServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function two() {
  const [one, other] = await Promise.all([startScriptedServer(), startScriptedServer()]);
  servers.push(one, other);
  const meter = recordingMeter();
  const clock = testClock();
  const parts = ({ apiKey, baseUrl }: ScriptedServer) => ({ apiKey, baseUrl, meter, clock });
  const first = openRouterUpstream(parts(one));
  const ask = async (upstream: typeof first) => {
    const { path, body } = WIRE_CLIENTS['openai-chat'].request({ content: 'hello', model: 'vendor/first' });
    const response = await upstream.fetch(caller, `${first.baseUrl}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return WIRE_CLIENTS['openai-chat'].read(await response.text()).words;
  };
  return { one, other, meter, clock, parts, first, ask };
}

it.each<[string, Fault]>([
  ['is limited for long', { status: 429, retryAfterS: 90 }],
  ['has no such model any more', { status: 404 }],
  ['wants credits', { status: 402 }],
  ['refuses the key', { status: 401 }],
  ['fails', { status: 500, times: 4 }],
])('the one behind steps in when a provider %s, and the record says for whom', async (_why, fault) => {
  const { one, other, meter, parts, first, ask } = await two();
  one.faults([fault]);
  const second = openAiUpstream(parts(other));
  const upstream = withFallback(first, () => [{ upstream: second, model: 'second' }]);

  expect(await ask(upstream)).toBe('No script matches this conversation.');
  expect(meter.settled.map(({ record }) => [record.provider, record.model, record.insteadOf])).toEqual([
    ['openrouter', 'vendor/first', undefined],
    ['openai', 'second', 'openrouter vendor/first'],
  ]);
});

it('nobody steps in for a request that is refused itself', async () => {
  const { one, other, parts, first, ask } = await two();
  one.faults([{ status: 422 }]);
  const upstream = withFallback(first, () => [{ upstream: openAiUpstream(parts(other)), model: 'second' }]);

  await expect(ask(upstream)).rejects.toMatchObject({ code: 'provider_failed' });
  expect(other.requests()).toHaveLength(0);
});

it('one that does not speak the format is passed over', async () => {
  const { one, other, parts, first, ask } = await two();
  one.faults([{ status: 429, retryAfterS: 90 }]);
  const upstream = withFallback(first, () => [
    { upstream: anthropicUpstream(parts(other)), model: 'third' },
    { upstream: openRouterUpstream({ ...parts(other), id: 'second' }), model: 'vendor/second' },
  ]);

  expect(await ask(upstream)).toBeTruthy();
  expect(JSON.parse(other.requests().at(-1)?.body ?? '')).toMatchObject({ model: 'vendor/second' });
});

it('when all refuse, it is the first one that is named, and the soonest time', async () => {
  const { one, other, parts, first, ask } = await two();
  one.faults([{ status: 429, retryAfterS: 900 }]);
  other.faults([{ status: 429, retryAfterS: 90 }]);
  const upstream = withFallback(first, () => [{ upstream: openAiUpstream(parts(other)), model: 'second' }]);

  await expect(ask(upstream)).rejects.toMatchObject({
    code: 'provider_limited',
    message: 'openrouter answered 429: scripted fault 429',
    retryAfterMs: 90_000,
  });
});

it('the model is replaced where the format has it in the address', async () => {
  const { one, other, meter, clock } = await two();
  one.faults([{ status: 503, retryAfterS: 90 }]);
  const google = ({ apiKey, baseUrl }: ScriptedServer, id: string) =>
    googleUpstream({ id, apiKey, baseUrl: `${baseUrl}beta`, meter, clock });
  const first = google(one, 'first');
  const upstream = withFallback(first, () => [{ upstream: google(other, 'second'), model: 'gemini-other' }]);
  const { path, body } = WIRE_CLIENTS.gemini.request({ content: 'hello', model: 'gemini-first' });
  const asked = await upstream.fetch(caller, `${first.wires.gemini}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });

  expect(WIRE_CLIENTS.gemini.read(await asked.text()).words).toBeTruthy();
  expect(meter.settled.at(-1)?.record).toMatchObject({ model: 'gemini-other', insteadOf: 'first gemini-first' });
});
