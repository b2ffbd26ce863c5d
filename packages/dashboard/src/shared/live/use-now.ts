import { useSyncExternalStore } from 'react';

const TICK_MS = 1_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const thisSecond = (): number => Math.floor(Date.now() / TICK_MS) * TICK_MS;

/** The time in milliseconds, once a second; all clocks of the page tick together. */
export const useNow = (): number => useSyncExternalStore(subscribe, thisSecond);
