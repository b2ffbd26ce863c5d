import type { ErrorCode } from '@fusion-kit/domain/errors';
import type { Runtime, Turn } from '@fusion-kit/domain/ports/runtime';
import { afterEach } from 'vitest';
import { turnBench, type TurnBench } from './turn-bench.ts';
import { asking, type Deed } from './runtime-deeds.ts';

/** A runtime as its suite sees it: how it is made, what its agents think with, and what it is able to. */
export interface RuntimeKind {
  make(): Runtime;
  /** Puts behind a turn what does its deeds: a model, a scripted program. Called once for a bench, and shared by all turns in it. */
  open(bench: TurnBench): Promise<Mind>;
  can: RuntimeAbilities;
}

export interface Mind {
  /** What the turn needs to reach it. */
  turn: Partial<Turn>;
  /** How often a model was asked; absent where there is none. */
  asked?: () => number;
  close(): Promise<void>;
}

/** What a runtime is able to. What it is not is left out of the suite by name, never passed over in silence. */
export interface RuntimeAbilities {
  /** Tells of every tool call by events. */
  tools: boolean;
  /** When it reads messages that come while it works. */
  steering: 'at the next tool' | 'after what it does' | 'never';
  /** Asks before it changes files or runs commands, where the agent's `permissions` say so. */
  permissions: boolean;
  /** Hands over outputs by their names. */
  outputs: boolean;
  /** Where it can be held up. */
  pauses: 'between steps' | 'before it begins';
  /** What comes of a program that crashes. */
  crash: 'it goes on' | ErrorCode;
  /** What becomes of deeds that were done before an interruption. */
  resumes: 'where it was' | 'from the beginning';
}

export interface KindBench extends TurnBench {
  asked: () => number;
  /** Makes the turn of another dispatch, in the same place. */
  again(changes: Partial<Turn>): Turn;
}

export type OpenBench = (
  deeds: readonly Deed[],
  work?: Record<string, unknown>,
  changes?: (bench: TurnBench) => Partial<Turn>,
) => Promise<KindBench>;

/** Opens benches of one kind that are closed after each test of the suite it is called in. */
export function benchesOfKind(kind: RuntimeKind): OpenBench {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });
  return async (deeds, work = {}, changes = () => ({})) => {
    const bench = await turnBench({ ...work, prompt: asking(...deeds) });
    closers.push(() => bench.close());
    const mind = await kind.open(bench);
    closers.push(() => mind.close());
    const again = (more: Partial<Turn>): Turn => ({ ...bench.turn, ...mind.turn, ...changes(bench), ...more });
    return { ...bench, turn: again({}), again, asked: () => mind.asked?.() ?? 0 };
  };
}
