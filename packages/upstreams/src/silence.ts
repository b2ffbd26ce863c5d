/** Stops work that nothing is heard from. */
export interface Silence {
  /** Aborts with the caller's signal, and when a wait lasts too long. */
  signal: AbortSignal;
  within<T>(ms: number, work: Promise<T>): Promise<T>;
}

export function silence(signal: AbortSignal): Silence {
  const tooLong = new AbortController();
  return {
    signal: AbortSignal.any([signal, tooLong.signal]),
    async within(ms, work) {
      const timer = setTimeout(() => tooLong.abort(new Error(`silent for ${ms} ms`)), ms);
      try {
        return await work;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
