import { existsSync, readFileSync } from 'node:fs';
import type { Delta, Runtime, RuntimeEvent, Turn, TurnResult } from '@fusion-kit/domain/ports/runtime';
import { loopbackModel, type Brain, type LoopbackModel } from './loopback-model.ts';
import { turnBench, type TurnBench } from './turn-bench.ts';

/** A turn with a model on loopback. */
export interface RuntimeBench extends TurnBench {
  readonly model: LoopbackModel;
}

/** @param changes replaces parts of the turn */
export async function runtimeBench(
  brain: Brain,
  work: Record<string, unknown> = {},
  changes: Partial<Turn> = {},
): Promise<RuntimeBench> {
  const model = await loopbackModel(brain);
  const bench = await turnBench(work, { model: endpointOf(model), ...changes });
  return {
    ...bench,
    model,
    async close() {
      await model.close();
      await bench.close();
    },
  };
}

/** How a turn is given a model on loopback. */
export const endpointOf = ({ baseUrl }: LoopbackModel): NonNullable<Turn['model']> => ({
  provider: 'loopback',
  protocol: 'openai-compatible',
  baseUrl,
  model: 'canned',
  fetch,
});

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
