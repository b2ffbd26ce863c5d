import type { Clock } from './clock.ts';

/** One value kept for a while under a name; who asks while it is being loaded shares the load. A new name forgets the old value. */
export function remembered<T>(
  clock: Clock,
  load: () => Promise<T>,
  keepMs: (value: T) => number,
): (name?: string) => Promise<T> {
  let kept: { name: string; value: Promise<T>; untilMs: number } | undefined;
  return (name = '') => {
    if (kept && kept.name === name && clock.now() < kept.untilMs) return kept.value;
    const fresh = { name, value: load(), untilMs: Number.POSITIVE_INFINITY };
    kept = fresh;
    const settle = async () => {
      try {
        fresh.untilMs = clock.now() + keepMs(await fresh.value);
      } catch {
        fresh.untilMs = 0;
      }
    };
    void settle();
    return fresh.value;
  };
}
