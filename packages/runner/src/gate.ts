import { until } from './until.ts';

/** Open or closed; whoever comes while it is closed waits until it opens. */
export class Gate {
  #open: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;

  close(): void {
    if (this.#release) return;
    this.#open = new Promise((resolve) => (this.#release = resolve));
  }

  open(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /** Resolves when it is open; rejects when the signal aborts first. */
  pass(signal: AbortSignal): Promise<void> {
    return until(this.#open, signal);
  }
}
