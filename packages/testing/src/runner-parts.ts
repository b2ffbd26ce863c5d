import { createHash } from 'node:crypto';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Runtime } from '@fusion-kit/domain/ports/runtime';
import type { RunnerEnd } from '@fusion-kit/domain/ports/transport';
import type { Snapshot, Verification, VerificationResult, Workspaces } from '@fusion-kit/domain/ports/workspaces';
import type { ReportAnswer, RunnerCommand, RunnerReport, StartDispatch } from '@fusion-kit/domain/runner-protocol';
import { PREVIEW_MAX } from '@fusion-kit/domain/text';
import { sampleId } from './journal-samples.ts';
import { sampleAgentSpec } from './sample-events.ts';

/** A promise, and what resolves it. */
export function promised<Value = void>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((keep) => (resolve = keep));
  return { promise, resolve };
}

/** Blobs in a map. */
export function mapBlobs(): Blobs & { size: number } {
  const kept = new Map<string, string>();
  return {
    get size() {
      return kept.size;
    },
    async put(text) {
      const blob = `sha256:${createHash('sha256').update(text).digest('hex')}`;
      kept.set(blob, text);
      return { blob, size: Buffer.byteLength(text), preview: text.slice(0, PREVIEW_MAX) };
    },
    async get(blob) {
      const text = kept.get(blob);
      if (text === undefined) throw new FusionError('blob_unknown', `there is no blob ${blob}`);
      return text;
    },
  };
}

/** The engine's side of a runner: its reports in order, and how each is answered. */
export interface EngineSide {
  end: RunnerEnd;
  reports: RunnerReport[];
  command(command: RunnerCommand): void;
  /** Resolves with the first report of this type, told already or still to come. */
  told<Type extends RunnerReport['type']>(type: Type): Promise<Extract<RunnerReport, { type: Type }>>;
}

export function engineSide(answer: (report: RunnerReport) => ReportAnswer = () => ({ ok: true })): EngineSide {
  const reports: RunnerReport[] = [];
  const waiting = new Set<() => void>();
  let handle: (command: RunnerCommand) => void = () => {};
  return {
    reports,
    command: (command) => handle(command),
    end: {
      onCommand: (handler) => void (handle = handler),
      async report(report) {
        reports.push(report);
        for (const look of waiting) look();
        return answer(report);
      },
    },
    told: <Type extends RunnerReport['type']>(type: Type) =>
      new Promise<Extract<RunnerReport, { type: Type }>>((resolve) => {
        const look = () => {
          const found = reports.find((report) => report.type === type);
          if (!found) return;
          waiting.delete(look);
          resolve(found as Extract<RunnerReport, { type: Type }>);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Workspaces that do nothing and say what they are told to say. */
export function scriptedWorkspaces(script: {
  /** What an interrupted dispatch left is gone. */
  lost?: boolean;
  snapshot?: Snapshot;
  verify?: (check: Verification, signal: AbortSignal) => Promise<VerificationResult>;
}): Workspaces & { calls: string[] } {
  const calls: string[] = [];
  return {
    network: 'host',
    calls,
    async open(agent) {
      return {
        path: `/workspaces/${agent}`,
        home: `/homes/${agent}`,
        sandbox: 'none',
        network: 'host',
        begin: async ({ id }) => void calls.push(`begin ${id}`),
        resume: async ({ id, previous }) => {
          calls.push(`resume ${id} after ${previous}`);
          return !script.lost;
        },
        cage: (command, args) => ({ command, args: [...args], env: {}, cwd: '/' }),
        run: async (command) => {
          calls.push(`run ${command}`);
          return { exitCode: 0, durationMs: 1, stdout: '', stderr: '', output: '' };
        },
        snapshot: async ({ id }) => {
          calls.push(`snapshot ${id}`);
          return script.snapshot ?? { files: [] };
        },
      };
    },
    remove: async (agent) => void calls.push(`remove ${agent}`),
    verify: async (check, signal) => {
      calls.push(`verify ${check.commands.join(', ')}`);
      return (await script.verify?.(check, signal)) ?? { passed: true, checks: [], sandbox: 'none' };
    },
  };
}

/** A runtime of one function. */
export const runtimeOf = (run: Runtime['run'], needsModel = false): Runtime => ({
  id: 'scripted',
  needsModel: () => needsModel,
  run,
});

/** A dispatch that a runner can begin at once. */
export const sampleStart = (change: Partial<StartDispatch> = {}): StartDispatch => ({
  type: 'dispatch.start',
  caller: {
    projectId: sampleId('prj', 1),
    runId: sampleId('run', 1),
    taskId: sampleId('tsk', 1),
    agentId: sampleId('agt', 1),
    dispatchId: sampleId('dsp', 1),
  },
  fence: 1,
  token: 'secret',
  agent: { ...sampleAgentSpec, runtime: 'scripted' },
  paused: false,
  project: { id: sampleId('prj', 1), path: '/shop', kind: 'directory' },
  title: 'Build it',
  work: { kind: 'agent', prompt: 'Build it.', outputs: [], verify: [], expectsChanges: false, maxSteps: 5 },
  inputs: {},
  team: [],
  setup: [],
  timeoutMs: 60_000,
  history: [],
  messages: [],
  ...change,
});
