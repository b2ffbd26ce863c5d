import { expect, it, onTestFinished } from 'vitest';
import { cutPower } from './power-cut/cut.ts';
import { record, whyNoTrace } from './power-cut/record.ts';

const CUTS = Number(process.env['POWER_CUTS'] ?? 25);
const REQUESTS = CUTS > 100 ? 400 : 60;
const missing = await whyNoTrace();
const because = missing ? ` (cannot be tried: ${missing})` : '';

it.skipIf(missing !== undefined)(
  `what the server has answered for is there after ${CUTS} power cuts, whatever became of writes that were not synced${because}`,
  { timeout: 1_800_000 },
  async () => {
    const recording = await record(REQUESTS, 'full');
    onTestFinished(() => recording.remove());
    const { facts, wrong } = await cutPower(recording, CUTS, Math.random);
    expect([...wrong.values()].map(({ example }) => example)).toEqual([]);
    expect(facts).toBeGreaterThan(CUTS);
  },
);

it.skipIf(missing !== undefined)(
  `the same cuts find lost facts when the journal is not synced, so they can find them${because}`,
  { timeout: 600_000 },
  async () => {
    const recording = await record(60, 'off');
    onTestFinished(() => recording.remove());
    const { wrong } = await cutPower(recording, 10, Math.random);
    expect([...wrong.keys()].join('\n')).toContain('acknowledged and lost: message.sent');
  },
);
