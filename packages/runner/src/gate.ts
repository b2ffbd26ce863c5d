import { until } from './until.ts';

/** Open or closed; whoever comes while it is closed waits until it opens. */
export class Gate {
  #open: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;
  #closed!: Promise<void>;
  #shut!: () => void;

  constructor() {
    this.#await();
  }

  close(): void {
    if (this.#release) return;
    this.#open = new Promise((resolve) => (this.#release = resolve));
    this.#shut();
  }

  open(): void {
    if (!this.#release) return;
    this.#release();
    this.#release = undefined;
    this.#await();
  }

  /** Resolves when it is open; rejects when the signal aborts first. */
  pass(signal: AbortSignal): Promise<void> {
    return until(this.#open, signal);
  }

  /** Resolves when it is closed; rejects when the signal aborts first. */
  closing(signal: AbortSignal): Promise<void> {
    return until(this.#closed, signal);
  }

  #await(): void {
    this.#closed = new Promise((resolve) => (this.#shut = resolve));
  }
}
