/** What a runtime gets to end by itself once it is told to. */
const GRACE_MS = 2_000;

/** As the promise, but once the signal aborts it has only a little longer; then a rejection with the signal's reason. */
export function graced<T>(promise: Promise<T>, signal: AbortSignal, graceMs = GRACE_MS): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const stop = () => (timer = setTimeout(() => reject(signal.reason as Error), graceMs));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    void promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    });
  });
}
