/** Longest a timer may sleep, in milliseconds; the platform's limit is 2^31 - 1. */
const SLEEP_MAX_MS = 2_000_000_000;

/** Wakes at times by the given clock, however far ahead, one for each key. What rings has come by that clock: a timer that is early goes back to sleep. */
export class Alarms<Key> {
  readonly #clock: () => number;
  readonly #timers = new Map<Key, NodeJS.Timeout>();
  #stopped = false;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Rings once at `at`, in milliseconds since 1970, or soon when that is past; in place of what was set under the key before. */
  set(key: Key, at: number, ring: () => void): void {
    if (this.#stopped) return;
    this.clear(key);
    const wake = () => {
      if (this.#clock() < at) return this.set(key, at, ring);
      this.#timers.delete(key);
      ring();
    };
    this.#timers.set(key, setTimeout(wake, Math.min(Math.max(0, at - this.#clock()), SLEEP_MAX_MS)));
  }

  clear(key: Key): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  /** For good: whoever has it may still be told of things while the house closes, and sets nothing more by that. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
