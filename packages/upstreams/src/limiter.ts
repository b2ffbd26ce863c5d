import { EventEmitter, once } from 'node:events';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Clock } from './clock.ts';
import type { Limits } from './limits.ts';

/** A call's place among those in flight. */
export interface Place {
  /** May be called more than once. */
  leave(): void;
  /** How often the width had been halved when the call entered: of calls that were in flight together one alone halves it. */
  readonly halvings: number;
}

/**
 * Keeps the calls of one credential within what its provider bears.
 *
 * Width: grows by about one with each round of answers, is halved when the provider is limited or overloaded. Door: shut until a time that
 * the provider names, or, after many failures in a row, for a while that doubles each time; then one caller alone tries, and its answer opens it.
 */
export interface Limiter {
  /** Waits for a place. @throws {FusionError} why the door is shut, with `retryAfterMs`, when that is for longer than `patienceMs` */
  enter(signal: AbortSignal): Promise<Place>;
  answered(): void;
  /** The provider wants fewer calls at a time. */
  narrow(place: Place): void;
  /** Nobody enters before that time. */
  shut(untilMs: number, why: FusionError): void;
  /** The provider did not work. Returns why the door is shut, when it is. */
  failed(why: FusionError): FusionError | undefined;
}

type LimiterLimits = Pick<
  Limits,
  'concurrency' | 'concurrencyMax' | 'patienceMs' | 'failuresInARow' | 'restMs' | 'restMaxMs'
>;

export function limiter(provider: string, limits: LimiterLimits, clock: Clock): Limiter {
  const changed = new EventEmitter().setMaxListeners(0);
  let width = limits.concurrency;
  let halvings = 0;
  let inside = 0;
  let notBefore = 0;
  let shutFor: FusionError | undefined;
  let failures = 0;
  let restMs = limits.restMs;

  const nextChange = async (signal: AbortSignal) => {
    try {
      await once(changed, 'change', { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  };

  const place = (): Place => {
    inside += 1;
    let left = false;
    return {
      halvings,
      leave() {
        if (left) return;
        left = true;
        inside -= 1;
        changed.emit('change');
      },
    };
  };

  const shut = (untilMs: number, why: FusionError) => {
    notBefore = Math.max(notBefore, untilMs);
    shutFor = why;
  };

  return {
    async enter(signal) {
      for (;;) {
        signal.throwIfAborted();
        const waitMs = notBefore - clock.now();
        if (waitMs > limits.patienceMs && shutFor) throw later(shutFor, waitMs);
        if (waitMs > 0) await clock.sleep(waitMs, signal);
        else if (inside < (shutFor ? 1 : Math.floor(width))) return place();
        else await nextChange(signal);
      }
    },
    answered() {
      failures = 0;
      // It was asked before the door was shut, and says nothing about what came after.
      if (clock.now() < notBefore) return;
      if (inside >= Math.floor(width)) width = Math.min(limits.concurrencyMax, width + 1 / width);
      restMs = limits.restMs;
      shutFor = undefined;
      changed.emit('change');
    },
    narrow(from) {
      if (from.halvings < halvings) return;
      halvings += 1;
      width = Math.max(1, width / 2);
    },
    shut,
    failed(why) {
      failures += 1;
      const nowMs = clock.now();
      if (nowMs < notBefore) return shutFor && later(shutFor, notBefore - nowMs);
      if (failures < limits.failuresInARow && !shutFor) return undefined;
      const down = new FusionError(
        'provider_down',
        `${provider} failed ${failures} times in a row and is left alone for ${Math.ceil(restMs / 1_000)} s: ${why.message}`,
        { cause: why, details: why.details },
      );
      shut(nowMs + restMs, down);
      const error = later(down, restMs);
      restMs = Math.min(limits.restMaxMs, restMs * 2);
      return error;
    },
  };
}

/** The same error, saying when another try is worth it. */
export const later = (error: FusionError, retryAfterMs: number): FusionError =>
  new FusionError(error.code, error.message, { details: error.details, cause: error.cause, retryAfterMs });
