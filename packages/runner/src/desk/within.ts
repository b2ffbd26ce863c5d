/** Aborts with the signal, and when so much time is over. */
export const within = (waitMs: number, signal: AbortSignal): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(waitMs)]);
