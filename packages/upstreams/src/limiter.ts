import { EventEmitter, once } from 'node:events';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Clock } from './clock.ts';
import type { Limits } from './limits.ts';

/** Keeps the calls of one credential within what its provider allows. */
export interface Limiter {
  /**
   * Waits for a place; returns how to leave it, which may be called more than once.
   *
   * @throws {FusionError} `provider_limited` when the provider must be left alone for longer than `patienceMs`
   */
  enter(signal: AbortSignal): Promise<() => void>;
  /** Nobody enters before that time, and then one caller alone, until `open` says that the provider answers again. */
  close(untilMs: number): void;
  open(): void;
}

export function limiter(provider: string, limits: Pick<Limits, 'concurrency' | 'patienceMs'>, clock: Clock): Limiter {
  const changed = new EventEmitter().setMaxListeners(0);
  let inside = 0;
  let notBefore = 0;
  let onTrial = false;

  const nextChange = async (signal: AbortSignal) => {
    try {
      await once(changed, 'change', { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  };

  const place = () => {
    inside += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      inside -= 1;
      changed.emit('change');
    };
  };

  return {
    async enter(signal) {
      for (;;) {
        signal.throwIfAborted();
        const waitMs = notBefore - clock.now();
        if (waitMs > limits.patienceMs) {
          throw new FusionError('provider_limited', `${provider} asks to be left alone for ${seconds(waitMs)} s`, {
            retryAfterMs: waitMs,
          });
        }
        if (waitMs > 0) await clock.sleep(waitMs, signal);
        else if (inside < (onTrial ? 1 : limits.concurrency)) return place();
        else await nextChange(signal);
      }
    },
    close(untilMs) {
      notBefore = Math.max(notBefore, untilMs);
      onTrial = true;
    },
    open() {
      if (!onTrial || clock.now() < notBefore) return;
      onTrial = false;
      changed.emit('change');
    },
  };
}

const seconds = (ms: number) => Math.ceil(ms / 1000);
