/** Time that passes by being slept through; what was slept is kept. */
export interface TestClock {
  readonly slept: number[];
  now(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  pass(ms: number): void;
}

export function testClock(): TestClock {
  let nowMs = 1_800_000_000_000;
  const slept: number[] = [];
  return {
    slept,
    now: () => nowMs,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      slept.push(ms);
      nowMs += ms;
    },
    pass(ms) {
      nowMs += ms;
    },
  };
}
