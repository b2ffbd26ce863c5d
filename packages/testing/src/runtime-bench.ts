import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentId, DispatchId, MessageId, ProjectId, RunId, TaskId } from '@fusion-kit/domain/ids';
import { AgentWork } from '@fusion-kit/domain/nodes/agent';
import type { Delta, InboundMessage, Runtime, RuntimeEvent, Turn, TurnResult } from '@fusion-kit/domain/ports/runtime';
import { loopbackModel, type Brain, type LoopbackModel } from './loopback-model.ts';

const idOf = (prefix: string, number = 0): string => `${prefix}_${String(number).padStart(26, '0')}`;
export const messageId = (number: number): MessageId => MessageId.parse(idOf('msg', number));

/** One task in front of an agent: a real directory, a cage that is a plain command line, and a model on loopback. */
export interface RuntimeBench {
  readonly turn: Turn;
  readonly model: LoopbackModel;
  /** What waits for the agent; taken at its next chance. */
  readonly inbox: InboundMessage[];
  /** What the agent has sent. */
  readonly sent: { to: string; text: string }[];
  readonly fileText: (path: string) => string | undefined;
  close(): Promise<void>;
}

/** @param changes replaces parts of the turn */
export async function runtimeBench(
  brain: Brain,
  work: Record<string, unknown> = {},
  changes: Partial<Turn> = {},
): Promise<RuntimeBench> {
  const workspacePath = await realpath(await mkdtemp(join(tmpdir(), 'fusion-runtime-')));
  const model = await loopbackModel(brain);
  const inbox: InboundMessage[] = [];
  const sent: { to: string; text: string }[] = [];
  const turn: Turn = {
    caller: {
      projectId: ProjectId.parse(idOf('prj')),
      runId: RunId.parse(idOf('run')),
      taskId: TaskId.parse(idOf('tsk')),
      agentId: AgentId.parse(idOf('agt')),
      dispatchId: DispatchId.parse(idOf('dsp')),
    },
    agent: {
      name: 'ada',
      runtime: 'any',
      capabilities: ['typescript'],
      subscriptions: [],
      instructions: 'Prefer small steps.',
      budget: {},
    },
    title: 'Change the notes',
    work: AgentWork.parse({ kind: 'agent', prompt: 'Write the notes, then correct them.', ...work }),
    inputs: {},
    team: [
      { name: 'ada', capabilities: ['typescript'] },
      { name: 'grace', capabilities: ['review'] },
    ],
    history: [],
    workspacePath,
    home: workspacePath,
    model: { provider: 'loopback', protocol: 'openai-compatible', baseUrl: model.baseUrl, model: 'canned', fetch },
    cage: (command, args, options = {}) => ({
      command,
      args: [...args],
      env: { PATH: process.env['PATH'] ?? '', HOME: workspacePath, ...options.env },
      cwd: options.cwd ?? workspacePath,
    }),
    takeMessages: () => Promise.resolve(inbox.splice(0)),
    send: (message) => {
      sent.push(message);
      return Promise.resolve();
    },
    gate: () => Promise.resolve(),
    ...changes,
  };
  return {
    turn,
    model,
    inbox,
    sent,
    fileText(path) {
      const whole = join(workspacePath, path);
      return existsSync(whole) ? readFileSync(whole, 'utf8') : undefined;
    },
    async close() {
      await model.close();
      await rm(workspacePath, { recursive: true, force: true });
    },
  };
}

export interface Driven {
  events: RuntimeEvent[];
  deltas: string[];
  result: TurnResult;
}

/** Runs a turn to its end as a runner does: an event is kept, then the next one is asked for. */
export async function drive(
  runtime: Runtime,
  turn: Turn,
  {
    signal = new AbortController().signal,
    onEvent,
  }: { signal?: AbortSignal; onEvent?: (event: RuntimeEvent) => void } = {},
): Promise<Driven> {
  const events: RuntimeEvent[] = [];
  const deltas: string[] = [];
  const steps = runtime.run(turn, signal);
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return { events, deltas, result: value };
    if (value.type === 'delta') deltas.push(value.text);
    else {
      events.push(value);
      onEvent?.(value);
    }
  }
}

/**
 * Runs a turn until `keep` events are kept, then drops it as a crash does.
 * @param late whether the next thing still happened, without being kept
 * @returns the kept events, or undefined when the turn ended before
 */
export async function driveAndCrash(
  runtime: Runtime,
  turn: Turn,
  { keep, late }: { keep: number; late: boolean },
): Promise<RuntimeEvent[] | undefined> {
  const kept: RuntimeEvent[] = [];
  const steps = runtime.run(turn, new AbortController().signal);
  while (kept.length < keep) {
    const event = await nextEvent(steps);
    if (!event) return undefined;
    kept.push(event);
  }
  if (late) await nextEvent(steps);
  await steps.return({ summary: '', outputs: {} });
  return kept;
}

async function nextEvent(steps: AsyncGenerator<RuntimeEvent | Delta, TurnResult>): Promise<RuntimeEvent | undefined> {
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return undefined;
    if (value.type !== 'delta') return value;
  }
}

/** Whether a process does anything; one that is dead and only not yet buried does not. */
export function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/stat`;
  return !existsSync(status) || !/\) [ZX]/.test(readFileSync(status, 'utf8'));
}
