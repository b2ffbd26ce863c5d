import type { RunnerReport } from '@fusion-kit/domain/runner-protocol';
import { sampleStart } from '@fusion-kit/testing/runner-parts';
import { transportConformance } from '@fusion-kit/testing/transport-conformance';
import { expect, it } from 'vitest';
import { localTransport } from './local.ts';

transportConformance('local', async () => ({ ...localTransport(), close: async () => {} }));

it('gives the other end what it would get as JSON', async () => {
  const { caller, token } = sampleStart();
  const args: unknown = {
    ...(JSON.parse('{"__proto__": {"x": 1}, "deep": [[{"y": [null]}]]}') as object),
    n: Number.NaN,
    u: undefined,
  };
  const report = { type: 'dispatch.activity', caller, token, events: [{ args }] } as unknown as RunnerReport;
  const { engine, runner } = localTransport();
  const arrived = new Promise<RunnerReport>((resolve) =>
    engine.onReport(async (given) => {
      resolve(given);
      return { ok: true };
    }),
  );
  await runner.report(report);
  expect(JSON.stringify(await arrived)).toBe(JSON.stringify(report));
  expect(Object.keys(((await arrived) as unknown as { events: [{ args: object }] }).events[0].args)).toEqual([
    '__proto__',
    'deep',
    'n',
  ]);
});
