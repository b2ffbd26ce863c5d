import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Runtime, RuntimeEvent, TurnResult } from '@fusion-kit/domain/ports/runtime';
import {
  engineSide,
  type EngineSide,
  mapBlobs,
  promised,
  runtimeOf,
  sampleStart,
  scriptedWorkspaces,
} from '@fusion-kit/testing/runner-parts';
import { afterEach, expect, it } from 'vitest';
import { Runner } from './runner.ts';

/** A busy machine is no failure. */
const PATIENT = { timeout: 20_000 };

const runners: Runner[] = [];
afterEach(async () => {
  for (const each of runners.splice(0)) await each.close();
});

const CLAIM: TurnResult = { summary: 'done', outputs: {} };
const said: RuntimeEvent = { type: 'turn.told', text: 'go on', messageIds: [] };
const { dispatchId } = sampleStart().caller;

/** A runner whose heart beats every few milliseconds. */
function open(runtime: Runtime) {
  const engine = engineSide();
  const tokens = new Map();
  const runner = new Runner({
    end: engine.end,
    blobs: mapBlobs(),
    tokens,
    runtimes: new Map([['scripted', runtime]]),
    upstream: () => undefined,
    defaultProvider: 'nobody',
    workspacesFor: () => scriptedWorkspaces({}),
    heartbeatMs: 5,
    log: () => {},
  });
  runners.push(runner);
  return { engine, tokens };
}

const beats = (engine: EngineSide) =>
  engine.reports.flatMap((report) => (report.type === 'runner.heartbeat' ? report.dispatches : []));

it('signs of life are given while a dispatch is under way and never without one', async () => {
  const { engine, tokens } = open(
    runtimeOf(async function* (_turn, signal) {
      yield said;
      await once(signal, 'abort');
      throw signal.reason;
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(engine.reports).toEqual([]);
  engine.command(sampleStart());
  const { dispatches } = await engine.told('runner.heartbeat');
  expect(dispatches).toMatchObject([{ caller: { dispatchId }, token: 'secret', process: 'none' }]);
  engine.command({ type: 'dispatch.stop', dispatchId, reason: 'enough' });
  await expect.poll(() => tokens.size, PATIENT).toBe(0);
  await new Promise((resolve) => setImmediate(resolve));
  const count = engine.reports.length;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(engine.reports).toHaveLength(count);
});

it('a call of a tool that is told twice ends once it has returned', async () => {
  const call = { callId: 'one', tool: 'shell' };
  const runtime = runtimeOf(async function* (_turn, signal) {
    yield { type: 'tool.called', ...call, input: '{}' };
    yield { type: 'tool.called', ...call, input: '{}' };
    yield { type: 'tool.returned', ...call, output: '', isError: false, durationMs: 1 };
    yield said;
    await once(signal, 'abort');
    return CLAIM;
  });
  const { engine } = open(runtime);
  engine.command(sampleStart());
  for (let told = 0; told < 4; told += 1) await engine.told('dispatch.activity');
  await expect.poll(() => beats(engine).at(-1)?.bounded, PATIENT).toBe(false);
});

it('they say that a tool call ends by itself, until it has', async () => {
  const more = promised();
  const call = { callId: 'one', tool: 'shell' };
  const runtime = runtimeOf(async function* (_turn, signal) {
    yield { type: 'tool.called', ...call, input: '{}' };
    await more.promise;
    yield { type: 'tool.returned', ...call, output: '', isError: false, durationMs: 1 };
    await once(signal, 'abort');
    return CLAIM;
  });
  const { engine } = open(runtime);
  engine.command(sampleStart());
  await expect.poll(() => beats(engine).at(-1)?.bounded, PATIENT).toBe(true);
  await engine.told('dispatch.activity');
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(beats(engine).at(-1)?.bounded).toBe(true);
  more.resolve();
  await expect.poll(() => beats(engine).at(-1)?.bounded, PATIENT).toBe(false);
});

it('they end a dispatch whose process died without its runtime having seen it', async () => {
  const child = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const closed = promised();
  const runtime = runtimeOf(async function* (turn, signal) {
    try {
      turn.attend?.(child.pid ?? 0);
      yield said;
      await once(signal, 'abort');
      return CLAIM;
    } finally {
      closed.resolve();
    }
  });
  const { engine } = open(runtime);
  engine.command(sampleStart());
  await expect.poll(() => beats(engine).at(-1)?.process, PATIENT).toBe('alive');
  child.kill('SIGKILL');
  expect(await engine.told('dispatch.failed')).toMatchObject({ failure: { code: 'process_died' } });
  await closed.promise;
});
