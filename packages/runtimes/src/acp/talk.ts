import { setTimeout as wait } from 'node:timers/promises';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Delta, RuntimeEvent, Turn } from '@fusion-kit/domain/ports/runtime';
import type { Channel } from './channel.ts';
import { refusedForGood } from './refusal.ts';
import type { Scribe } from './scribe.ts';
import type { Session } from './session.ts';
import type { PromptEnd } from './usage.ts';

export interface Talk {
  turn: Turn;
  session: Session;
  scribe: Scribe;
  channel: Channel;
  /** The number of the last step that it may take. */
  lastStep: number;
  /** What it gets to stop once it is told to leave what it does. */
  cancelTimeoutMs: number;
}

/** How a program stopped; `isPaused` when it was told to, because its agent was paused. */
export interface TalkEnd extends PromptEnd {
  isPaused: boolean;
}

/**
 * Has a program work on what it is told until it stops. It is told to leave it when its agent is paused, when it takes too many steps, and when models are refused to it for good.
 * @throws {FusionError} `step_limit`, `agent_stalled`, what models were refused with, what the session failed with
 */
export async function* talk(
  { turn, session, scribe, channel, lastStep, cancelTimeoutMs }: Talk,
  text: string,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent | Delta, TalkEnd> {
  const over = new AbortController();
  let why: 'paused' | FusionError | undefined;
  let isTold = () => {};
  const leave = (reason: NonNullable<typeof why>) => {
    if (why !== undefined || over.signal.aborted) return;
    why = reason;
    session.cancel();
    isTold();
  };
  const ended = session.prompt(text);
  turn.paused?.().then(
    () => leave('paused'),
    () => undefined,
  );
  refusedForGood(turn, AbortSignal.any([signal, over.signal])).then(leave, () => undefined);
  scribe.onStep = (step) => {
    if (step > lastStep)
      leave(new FusionError('step_limit', `task ${turn.title} was not finished in ${turn.work.maxSteps} steps`));
  };
  const deaf = new Promise<void>((resolve) => (isTold = resolve))
    .then(() => wait(cancelTimeoutMs, undefined, { signal: over.signal }))
    .then((): never => {
      throw new FusionError('agent_stalled', `the program of ${turn.agent.name} does not stop when it is told to`);
    });
  let end: PromptEnd | undefined;
  try {
    end = yield* channel.until(Promise.race([ended, deaf]));
  } catch (thrown) {
    signal.throwIfAborted();
    yield* closed(scribe, channel, 'error');
    throw why instanceof FusionError ? why : (turn.services?.failure() ?? thrown);
  } finally {
    if (!end) session.cancel(); // also when nobody waits for it any more
    over.abort();
    deaf.catch(() => undefined);
    scribe.onStep = undefined;
  }
  yield* closed(scribe, channel, end.stopReason);
  if (why instanceof FusionError) throw why;
  if (why === 'paused') return { ...end, isPaused: true };
  // What it says it ends with is then no answer of a model.
  const refused = turn.services?.failure();
  if (refused) throw refused;
  return { ...end, isPaused: false };
}

async function* closed(scribe: Scribe, channel: Channel, reason: string): AsyncGenerator<RuntimeEvent | Delta, void> {
  scribe.ended(reason);
  yield* channel.until(Promise.resolve());
}
