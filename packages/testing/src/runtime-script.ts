import type { RuntimeEvent, Turn } from '@fusion-kit/domain/ports/runtime';
import { afterEach } from 'vitest';
import type { Brain, ChatAnswer, ScriptedCall } from './loopback-model.ts';
import { runtimeBench, type RuntimeBench } from './runtime-bench.ts';

export const FINISH: ChatAnswer = { calls: [{ tool: 'finish', input: { summary: 'done' } }] };

/** Answers one after the other, then finishes. */
export const inOrder =
  (...answers: readonly ChatAnswer[]): Brain =>
  (_, number) =>
    answers[number - 1] ?? FINISH;

export const calling = (...calls: readonly ScriptedCall[]): ChatAnswer => ({ calls });
export const running = (command: string): ChatAnswer => calling({ tool: 'shell', input: { command } });

export const eventsOf = <Type extends RuntimeEvent['type']>(events: readonly RuntimeEvent[], type: Type) =>
  events.filter((event): event is Extract<RuntimeEvent, { type: Type }> => event.type === type);

export type MakeBench = (
  brain: Brain,
  work?: Record<string, unknown>,
  changes?: Partial<Turn>,
) => Promise<RuntimeBench>;

/** Makes benches that are closed after each test of the suite it is called in. */
export function benchesOfSuite(): MakeBench {
  const benches: RuntimeBench[] = [];
  afterEach(async () => {
    await Promise.all(benches.splice(0).map((one) => one.close()));
  });
  return async (brain, work, changes) => {
    const made = await runtimeBench(brain, work, changes);
    benches.push(made);
    return made;
  };
}
