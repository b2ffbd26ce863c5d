import { sampleId } from '@fusion-kit/testing/journal-samples';
import { recordingMeter } from '@fusion-kit/testing/recording-meter';
import { testClock } from '@fusion-kit/testing/test-clock';
import { expect, it, onTestFinished } from 'vitest';
import { openRouterUpstream } from './openrouter.ts';
import { startScriptedServer } from './scripted/server.ts';

const caller = {
  projectId: sampleId('prj', 1),
  runId: sampleId('run', 1),
  taskId: sampleId('tsk', 1),
  agentId: sampleId('agt', 1),
  dispatchId: sampleId('dsp', 1),
};

it('a key that has run out while no server was there is told from one that was never good', async () => {
  const server = await startScriptedServer();
  onTestFinished(() => server.close());
  const remembered = new Set<string>();
  const { baseUrl } = server;
  /** As a server that was just started has it. */
  const fresh = () =>
    openRouterUpstream({
      id: 'local',
      baseUrl,
      model: 'm',
      meter: recordingMeter(),
      clock: testClock(),
      credential: {
        find: async () => ({ key: server.apiKey, origin: 'given' }),
        worked: { has: async (key) => remembered.has(key), add: (key) => void remembered.add(key) },
      },
    });
  const freshAsk = async () => {
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hello.' }] });
    const response = await fresh().fetch(caller, `${baseUrl}/chat/completions`, { method: 'POST', body });
    await response.text();
  };

  server.renewKey('another');
  await expect(freshAsk()).rejects.toMatchObject({ code: 'provider_refused_key' });
  expect((await fresh().check()).failure).toMatchObject({ code: 'provider_refused_key' });
  expect([...remembered]).toEqual([]);

  server.renewKey(server.apiKey);
  await freshAsk();
  server.renewKey('another');
  const expired = { code: 'provider_key_expired', retryAfterMs: expect.any(Number) };
  await expect(freshAsk()).rejects.toMatchObject(expired);
  expect((await fresh().check()).failure).toMatchObject(expired);
});
