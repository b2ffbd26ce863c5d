import { FusionError } from '@fusion-kit/domain/errors';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { recordingMeter, type RecordingMeter } from '@fusion-kit/testing/recording-meter';
import { testClock } from '@fusion-kit/testing/test-clock';
import { afterEach, describe, expect, it } from 'vitest';
import { type ScriptedServer, startScriptedServer } from './scripted/server.ts';
import { scriptedUpstream } from './scripted/upstream.ts';

const caller = {
  projectId: sampleId('prj', 1),
  runId: sampleId('run', 1),
  taskId: sampleId('tsk', 1),
  agentId: sampleId('agt', 1),
  dispatchId: sampleId('dsp', 1),
};
const held = new FusionError('budget_held', 'other calls hold it', { retryAfterMs: 1_000 });

let server: ScriptedServer | undefined;
afterEach(() => server?.close());

async function asking(meter: RecordingMeter) {
  const opened = await startScriptedServer();
  server = opened;
  const clock = testClock();
  const upstream = scriptedUpstream({ server: opened, meter, clock });
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hello.' }] });
  const ask = () => upstream.fetch(caller, `${upstream.baseUrl}/chat/completions`, { method: 'POST', body });
  return { ask, clock, calls: () => opened.requests().filter(({ method }) => method === 'POST') };
}

describe('budget that is only held by other calls', () => {
  it('is waited for, and the wait is no attempt', async () => {
    const meter = recordingMeter();
    const reserve = meter.reserve.bind(meter);
    let refusals = 0;
    meter.reserve = (...given) => (++refusals > 2 ? reserve(...given) : Promise.reject(held));
    const { ask, clock, calls } = await asking(meter);
    await (await ask()).text();

    expect(clock.slept).toEqual([1_000, 1_000]);
    expect(calls()).toHaveLength(1);
    expect(meter.settled[0]?.record.attempts).toBe(1);
  });

  it('is not waited for without end: the work comes back for it', async () => {
    const meter = recordingMeter();
    meter.refuse('reserve', held);
    const { ask, clock, calls } = await asking(meter);

    await expect(ask()).rejects.toMatchObject({ code: 'budget_held', retryAfterMs: 1_000 });
    expect(clock.slept).toHaveLength(30);
    expect(calls()).toEqual([]);
  });
});
