import type { Entry } from '@fusion-kit/domain/entry';
import type { Log } from './log.ts';

/** Something that acts on what happened. `see` gets every durable entry once per start, in order; it must not wait for its own commands. */
export interface Follower {
  see(entries: readonly Entry[]): void;
}

/** Feeds a follower from a number on until the signal aborts. Rejects with what the follower throws. */
export async function feed(log: Log, follower: Follower, after: number, signal: AbortSignal): Promise<void> {
  for await (const entries of log.follow(after, signal)) follower.see(entries);
}
