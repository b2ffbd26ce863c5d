import { once } from 'node:events';
import type { Workspaces } from '@fusion-kit/domain/ports/workspaces';
import { engineSide, mapBlobs, promised, sampleStart, scriptedWorkspaces } from '@fusion-kit/testing/runner-parts';
import { afterEach, expect, it } from 'vitest';
import { Runner } from './runner.ts';

const runners: Runner[] = [];
afterEach(async () => {
  for (const each of runners.splice(0)) await each.close();
});
const { projectId } = sampleStart().caller;

function open(workspaces: Workspaces) {
  const engine = engineSide();
  const runner = new Runner({
    end: engine.end,
    blobs: mapBlobs(),
    tokens: new Map(),
    runtimes: new Map(),
    upstream: () => undefined,
    defaultProvider: 'nobody',
    workspacesFor: () => workspaces,
    log: () => {},
  });
  runners.push(runner);
  return { engine, runner };
}

it('a check of a project is told with every result, and a failed one with what its command printed', async () => {
  const checks = Array.from({ length: 40 }, (_, n) => ({
    command: `check ${n} ${'x'.repeat(5_000)}`,
    exitCode: n === 39 ? 1 : 0,
    durationMs: 1,
    output: n === 39 ? 'it broke\n' : '\u0007'.repeat(10_000),
  }));
  const workspaces = scriptedWorkspaces({ verify: async () => ({ passed: false, checks, sandbox: 'none' }) });
  const { engine } = open(workspaces);
  const { runId } = sampleStart().caller;
  engine.command({ type: 'run.check', projectId, runId, project: sampleStart().project, setup: [], commands: ['x'] });
  const told = await engine.told('run.checked');
  expect(told).toMatchObject({
    passed: false,
    failure: { code: 'verification_failed', message: expect.stringContaining('it broke') },
  });
  expect(told.checks.at(-1)).toMatchObject({ exitCode: 1, output: 'it broke\n' });
  expect(JSON.stringify(told).length).toBeLessThan(15_000);
});

it('a check that nobody waits for any more is stopped and not told of; one handed over twice is made once', async () => {
  const begun = promised();
  const stopped = promised();
  const workspaces = scriptedWorkspaces({
    verify: async (_check, signal) => {
      begun.resolve();
      await once(signal, 'abort');
      stopped.resolve();
      throw signal.reason;
    },
  });
  const { engine, runner } = open(workspaces);
  const { runId } = sampleStart().caller;
  const check = { projectId, runId, project: sampleStart().project, setup: [], commands: ['x'] };
  engine.command({ type: 'run.check', ...check });
  engine.command({ type: 'run.check', ...check });
  await begun.promise;
  engine.command({ type: 'run.stop_check', runId });
  await stopped.promise;
  await runner.close();
  expect(workspaces.calls).toEqual(['verify x']);
  expect(engine.reports).toEqual([]);
});
