import { failure } from '@fusion-kit/domain/errors';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { engineSide, mapBlobs, sampleStart } from '@fusion-kit/testing/runner-parts';
import { expect, it } from 'vitest';
import { reportingMeter } from './meter.ts';

const { caller } = sampleStart();
const reservation = sampleId('rsv', 1);
const record = {
  provider: 'p',
  model: 'm',
  status: 200,
  basis: 'reported' as const,
  inputTokens: 1,
  outputTokens: 2,
  costUsd: 0.5,
  firstByteMs: 1,
  durationMs: 2,
  attempts: 1,
};

it('holds a budget at the engine with the token of the dispatch, and settles it with what was sent and answered', async () => {
  const engine = engineSide(({ type }) => (type === 'budget.reserve' ? { ok: true, id: reservation } : { ok: true }));
  const blobs = mapBlobs();
  const meter = reportingMeter({ end: engine.end, tokens: new Map([[caller.dispatchId, 'secret']]), blobs });
  expect(await meter.reserve(caller, { tokens: 10, costUsd: 1 })).toBe(reservation);
  await meter.settle(caller, reservation, { ...record, request: 'the question', response: 'the answer' });
  expect(engine.reports).toMatchObject([
    { type: 'budget.reserve', caller, token: 'secret', tokens: 10, costUsd: 1 },
    { type: 'budget.settle', caller, token: 'secret', reservationId: reservation, record },
  ]);
  const [, settled] = engine.reports;
  const kept = settled?.type === 'budget.settle' ? settled.record : undefined;
  expect([await blobs.get(kept?.request?.blob ?? ''), await blobs.get(kept?.response?.blob ?? '')]).toEqual([
    'the question',
    'the answer',
  ]);
});

it('refuses as the engine refuses, and a dispatch that it does not hold has no token', async () => {
  const engine = engineSide(() => ({ ok: false, failure: failure('budget_exceeded', 'nothing is left') }));
  const meter = reportingMeter({ end: engine.end, tokens: new Map(), blobs: mapBlobs() });
  await expect(meter.reserve(caller, { tokens: 10, costUsd: 1 })).rejects.toMatchObject({
    code: 'budget_exceeded',
    message: 'nothing is left',
  });
  expect(engine.reports).toMatchObject([{ token: '' }]);
});
