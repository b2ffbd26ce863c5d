import { once } from 'node:events';
import { failure, FusionError } from '@fusion-kit/domain/errors';
import type { Runtime, RuntimeEvent, TurnResult } from '@fusion-kit/domain/ports/runtime';
import type { Upstream } from '@fusion-kit/domain/ports/upstream';
import type { Workspaces } from '@fusion-kit/domain/ports/workspaces';

import { sampleId } from '@fusion-kit/testing/journal-samples';
import {
  engineSide,
  type EngineSide,
  mapBlobs,
  promised,
  runtimeOf,
  sampleStart,
  scriptedWorkspaces,
} from '@fusion-kit/testing/runner-parts';
import { afterEach, describe, expect, it } from 'vitest';
import { Runner, type RunnerOptions } from './runner.ts';
import type { DispatchTokens } from './tokens.ts';

const runners: Runner[] = [];
afterEach(async () => {
  for (const each of runners.splice(0)) await each.close();
});

const CLAIM: TurnResult = { summary: 'done', outputs: {} };
const idle = runtimeOf(async function* () {
  yield* [];
  return CLAIM;
});
const { dispatchId, agentId, projectId } = sampleStart().caller;
const said: RuntimeEvent = { type: 'turn.told', text: 'go on', messageIds: [] };

function open(runtime: Runtime = idle, { engine = engineSide(), ...more }: Partial<Parts> = {}) {
  const tokens: DispatchTokens = new Map();
  const workspaces = scriptedWorkspaces({});
  const runner = new Runner({
    end: engine.end,
    blobs: mapBlobs(),
    tokens,
    runtimes: new Map([['scripted', runtime]]),
    upstream: () => undefined,
    defaultProvider: 'nobody',
    workspacesFor: () => workspaces,
    log: () => {},
    ...more,
  });
  runners.push(runner);
  return { engine, runner, tokens, workspaces };
}
interface Parts extends Omit<RunnerOptions, 'end'> {
  engine: EngineSide;
}

/** A runtime that tells when its generator was closed, and works until it is stopped. */
function endless() {
  const closed = promised<unknown>();
  const runtime = runtimeOf(async function* (_turn, signal) {
    try {
      yield said;
      if (!signal.aborted) await once(signal, 'abort');
      throw signal.reason;
    } finally {
      closed.resolve(signal.reason);
    }
  });
  return { runtime, closed: closed.promise };
}

const types = ({ reports }: EngineSide) => reports.map(({ type }) => type);

describe('a dispatch', () => {
  it('is started, worked on, verified and proved, with its own caller and token', async () => {
    const { engine, workspaces, tokens } = open();
    engine.command(sampleStart());
    expect(await engine.told('dispatch.proved')).toMatchObject({
      caller: { dispatchId },
      token: 'secret',
      outputs: { summary: 'done' },
      receipt: { kind: 'unverified' },
    });
    expect(types(engine)).toEqual(['dispatch.started', 'dispatch.phase', 'dispatch.phase', 'dispatch.proved']);
    expect(workspaces.calls).toEqual([`begin ${dispatchId}`, `snapshot ${dispatchId}`]);
    await expect.poll(() => tokens.size).toBe(0);
  });

  it('that is handed over twice is done once', async () => {
    const { engine } = open();
    engine.command(sampleStart());
    engine.command(sampleStart());
    await engine.told('dispatch.proved');
    expect(types(engine).filter((type) => type === 'dispatch.started')).toHaveLength(1);
  });

  it('goes on with what the dispatch before it left', async () => {
    const { engine, workspaces } = open();
    const caller = { ...sampleStart().caller, dispatchId: sampleId('dsp', 7) };
    engine.command(sampleStart({ history: [{ ...said, v: 1, ...caller } as never] }));
    await engine.told('dispatch.proved');
    expect(workspaces.calls[0]).toBe(`resume ${dispatchId} after ${caller.dispatchId}`);
  });

  it('tells its agent when nothing is left of what the dispatch before it did', async () => {
    const notes: (string | undefined)[] = [];
    const noting = runtimeOf(async function* (turn) {
      notes.push(turn.note);
      yield* [];
      return CLAIM;
    });
    const caller = { ...sampleStart().caller, dispatchId: sampleId('dsp', 7) };
    const start = sampleStart({ note: 'Attempt 1 failed.', history: [{ ...said, v: 1, ...caller } as never] });
    for (const lost of [false, true]) {
      const { engine } = open(noting, { workspacesFor: () => scriptedWorkspaces({ lost }) });
      engine.command(start);
      await engine.told('dispatch.proved');
    }
    expect(notes[0]).toBe('Attempt 1 failed.');
    expect(notes[1]).toMatch(
      new RegExp(`^Attempt 1 failed\\.\nYour workspace begins anew: .*\\(${caller.dispatchId}\\) no file is in it`),
    );
  });

  it('begins anew where it is told to, in the same conversation', async () => {
    const { engine, workspaces } = open();
    const caller = { ...sampleStart().caller, dispatchId: sampleId('dsp', 7) };
    engine.command(sampleStart({ fresh: true, history: [{ ...said, v: 1, ...caller } as never] }));
    await engine.told('dispatch.proved');
    expect(workspaces.calls[0]).toBe(`begin ${dispatchId}`);
  });

  it('that begins paused waits at the gate, and its time does not pass, until it is resumed', async () => {
    const passed: string[] = [];
    const waiting = promised();
    const runtime = runtimeOf(async function* (turn) {
      yield* [];
      waiting.resolve();
      await turn.gate();
      passed.push('gate');
      return CLAIM;
    });
    const { engine } = open(runtime);
    engine.command(sampleStart({ paused: true, timeoutMs: 1 }));
    await waiting.promise;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([passed, types(engine)]).toEqual([[], ['dispatch.started', 'dispatch.phase']]);
    engine.command({ type: 'dispatch.stop', dispatchId: sampleId('dsp', 99), reason: 'of another' });
    engine.command({ type: 'dispatch.resume', dispatchId });
    // It has a millisecond left: either it gets through the gate or its time is over, but it no longer waits.
    await Promise.race([engine.told('dispatch.proved'), engine.told('dispatch.failed')]);
  });

  it('that begins paused runs no command until it is resumed', async () => {
    const { engine, workspaces } = open();
    const work = { kind: 'command' as const, run: 'make', exitCodes: [0], verify: [], expectsChanges: false };
    engine.command(sampleStart({ work, paused: true, agent: { ...sampleStart().agent, runtime: 'shell' } }));
    await engine.told('dispatch.phase');
    await new Promise((resolve) => setImmediate(resolve));
    expect(workspaces.calls).toEqual([`begin ${dispatchId}`]);
    engine.command({ type: 'dispatch.resume', dispatchId });
    expect(await engine.told('dispatch.proved')).toMatchObject({ outputs: { stdout: '', exitCode: '0' } });
    expect(workspaces.calls).toContain('run make');
  });

  it('that is paused while it works stops at the next gate, and goes on from there', async () => {
    const steps: number[] = [];
    const first = promised();
    const runtime = runtimeOf(async function* (turn) {
      for (let step = 1; step <= 3; step += 1) {
        await turn.gate();
        steps.push(step);
        if (step === 1) await first.promise;
        yield said;
      }
      return CLAIM;
    });
    const { engine } = open(runtime);
    engine.command(sampleStart({ timeoutMs: 1_000 }));
    await expect.poll(() => steps).toEqual([1]);
    engine.command({ type: 'dispatch.pause', dispatchId });
    first.resolve();
    await engine.told('dispatch.activity');
    // Longer than it was given: the time of a paused agent stands still.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(steps).toEqual([1]);
    engine.command({ type: 'dispatch.resume', dispatchId });
    await engine.told('dispatch.proved');
    expect(steps).toEqual([1, 2, 3]);
  });

  it('gets each message once, however often it is sent over, in the order of sending', async () => {
    const taken: string[] = [];
    const more = promised();
    const runtime = runtimeOf(async function* (turn) {
      taken.push(...(await turn.takeMessages()).map(({ text }) => text));
      yield said;
      await more.promise;
      taken.push(...(await turn.takeMessages()).map(({ text }) => text));
      return CLAIM;
    });
    const message = (n: number) => ({ id: sampleId('msg', n), from: 'Mia', text: `message ${n}` });
    const { engine } = open(runtime);
    engine.command(sampleStart({ messages: [message(1)] }));
    await engine.told('dispatch.activity');
    engine.command({ type: 'dispatch.deliver', dispatchId, messages: [message(3), message(1)] });
    engine.command({ type: 'dispatch.deliver', dispatchId, messages: [message(2), message(3)] });
    more.resolve();
    await engine.told('dispatch.proved');
    expect(taken).toEqual(['message 1', 'message 2', 'message 3']);
  });

  it('that is stopped ends its runtime, reports nothing more and leaves no token', async () => {
    const { runtime, closed } = endless();
    const { engine, runner, tokens } = open(runtime);
    engine.command(sampleStart());
    await engine.told('dispatch.activity');
    engine.command({ type: 'dispatch.stop', dispatchId, reason: 'enough' });
    expect(await closed).toMatchObject({ code: 'dispatch_stale', message: 'enough' });
    await runner.close();
    expect(types(engine)).toEqual(['dispatch.started', 'dispatch.phase', 'dispatch.activity']);
    expect(tokens.size).toBe(0);
  });

  it('that takes too long fails with task_timeout, and its runtime is ended', async () => {
    const { runtime, closed } = endless();
    const { engine } = open(runtime);
    engine.command(sampleStart({ timeoutMs: 5 }));
    expect(await engine.told('dispatch.failed')).toMatchObject({
      failure: { code: 'task_timeout', message: expect.stringContaining('Build it') },
    });
    await closed;
  });

  it('is over soon after it is stopped even when its runtime does not hear of it', async () => {
    const runtime = runtimeOf(async function* () {
      yield said;
      await new Promise(() => {});
      return CLAIM;
    });
    const { engine, tokens } = open(runtime);
    engine.command(sampleStart());
    await engine.told('dispatch.activity');
    engine.command({ type: 'dispatch.stop', dispatchId, reason: 'enough' });
    await expect.poll(() => tokens.size, { timeout: 10_000 }).toBe(0);
  });

  it('whose claim does not keep to its schema fails before anything is verified', async () => {
    const { engine, workspaces } = open();
    const work = {
      ...sampleStart().work,
      verify: ['true'],
      outputs: ['plan'],
      outputSchemas: { plan: { type: 'array' } },
    };
    engine.command(sampleStart({ work: work as never }));
    expect(await engine.told('dispatch.failed')).toMatchObject({ failure: { code: 'output_invalid' } });
    expect(workspaces.calls).toEqual([`begin ${dispatchId}`]);
  });

  it('whose report is refused ends its turn and closes its runtime, saying nothing more', async () => {
    const { runtime, closed } = endless();
    const stale = { ok: false as const, failure: failure('dispatch_stale', 'it is over') };
    const engine = engineSide(({ type }) => (type === 'dispatch.activity' ? stale : { ok: true }));
    const { runner } = open(runtime, { engine });
    engine.command(sampleStart());
    await closed;
    await runner.close();
    expect(types(engine)).toEqual(['dispatch.started', 'dispatch.phase', 'dispatch.activity']);
  });

  it('tells how its runtime failed, whatever it printed, in what an event can hold', async () => {
    const runtime = runtimeOf(async function* () {
      yield* [];
      throw new FusionError('provider_failed', '\u001B['.repeat(100_000), { details: { raw: 'x'.repeat(50_000) } });
    });
    const { engine } = open(runtime);
    engine.command(sampleStart());
    const told = await engine.told('dispatch.failed');
    expect(told.failure.code).toBe('provider_failed');
    expect(JSON.stringify(told).length).toBeLessThan(5_000);
  });

  it('shows text that is being written, and does not wait for it', async () => {
    const runtime = runtimeOf(async function* () {
      yield { type: 'delta', text: 'thin' };
      yield { type: 'delta', text: 'king' };
      return CLAIM;
    });
    const { engine } = open(runtime);
    engine.command(sampleStart());
    await engine.told('dispatch.proved');
    expect(engine.reports.flatMap((report) => (report.type === 'dispatch.delta' ? [report.text] : []))).toEqual([
      'thin',
      'king',
    ]);
  });

  it('without a commit to start from is refused before its runtime begins', async () => {
    const { engine, workspaces } = open();
    engine.command(sampleStart({ project: { id: projectId, path: '/shop', kind: 'git' } }));
    expect(await engine.told('dispatch.failed')).toMatchObject({ failure: { code: 'workspace_failed' } });
    expect(workspaces.calls).toEqual([]);
  });
});

describe('an agent', () => {
  const openAgent = (engine: EngineSide, runtime = 'scripted') => {
    const { agent, project } = sampleStart();
    engine.command({ type: 'agent.open', projectId, agentId, agent: { ...agent, runtime }, project });
  };
  const upstream = (check: Upstream['check']) =>
    ({ id: 'nobody', protocol: 'openrouter', baseUrl: '', check }) as Partial<Upstream> as Upstream;
  const needy: Runtime = { ...idle, needsModel: () => true };

  it('is ready when its workspace is', async () => {
    const { engine } = open();
    openAgent(engine);
    expect(await engine.told('agent.ready')).toMatchObject({ agentId, workspace: `/workspaces/${agentId}` });
  });

  it('that carries out commands needs neither a runtime nor a provider, and does nothing else', async () => {
    const { engine } = open();
    openAgent(engine, 'shell');
    await engine.told('agent.ready');
    engine.command(sampleStart({ agent: { ...sampleStart().agent, runtime: 'shell' } }));
    expect(await engine.told('dispatch.failed')).toMatchObject({ failure: { code: 'runtime_unknown' } });
  });

  it('that its runtime finds something missing for fails when it is made', async () => {
    const check = () => Promise.reject(new FusionError('program_missing', 'nobody installed it'));
    const { engine } = open({ ...idle, check });
    openAgent(engine);
    expect(await engine.told('agent.failed')).toMatchObject({ failure: { code: 'program_missing' } });
  });

  it.each([
    ['a runtime that is not there', 'runtime_unknown', idle, 'other', {}],
    ['a provider that is not there', 'provider_unknown', needy, 'scripted', {}],
    [
      'a provider that refuses its key',
      'provider_refused_key',
      needy,
      'scripted',
      {
        upstream: () => upstream(async () => ({ ok: false, failure: failure('provider_refused_key', 'no') }) as never),
      },
    ],
    [
      'no cage',
      'sandbox_missing',
      idle,
      'scripted',
      {
        workspacesFor: (): Workspaces => {
          throw new FusionError('sandbox_missing', 'there is no bubblewrap');
        },
      },
    ],
  ] as const)('with %s fails with %s', async (_what, code, runtime, name, parts) => {
    const { engine } = open(runtime, parts);
    openAgent(engine, name);
    expect(await engine.told('agent.failed')).toMatchObject({ agentId, failure: { code } });
  });

  it('that cannot work any more fails its dispatch with the same code', async () => {
    const { engine, tokens } = open(needy);
    engine.command(sampleStart());
    expect(await engine.told('dispatch.failed')).toMatchObject({
      token: 'secret',
      failure: { code: 'provider_unknown' },
    });
    expect(tokens.size).toBe(0);
  });

  it('is removed only when nothing of it works any more', async () => {
    const { runtime } = endless();
    const { engine, workspaces } = open(runtime);
    engine.command(sampleStart());
    await engine.told('dispatch.activity');
    engine.command({ type: 'agent.close', agentId, project: sampleStart().project });
    await new Promise((resolve) => setImmediate(resolve));
    expect(workspaces.calls).toEqual([`begin ${dispatchId}`]);
    engine.command({ type: 'dispatch.stop', dispatchId, reason: 'the agent was terminated' });
    await expect.poll(() => workspaces.calls).toEqual([`begin ${dispatchId}`, `remove ${agentId}`]);
  });
});
