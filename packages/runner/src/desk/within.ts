import { setTimeout as delay } from 'node:timers/promises';

/** What a promise comes to; undefined when that takes longer than so long, or when the signal aborts first. */
export async function within<Value>(
  promise: Promise<Value>,
  waitMs: number,
  signal: AbortSignal,
): Promise<Value | undefined> {
  const come = new AbortController();
  const late = delay(waitMs, undefined, { signal: AbortSignal.any([signal, come.signal]) }).catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    come.abort();
  }
}
