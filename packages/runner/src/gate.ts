import { Bell } from './bell.ts';

/** Open or closed; whoever comes while it is closed waits until it opens. */
export class Gate {
  readonly #bell = new Bell();
  #isOpen = true;

  close(): void {
    this.#isOpen = false;
    this.#bell.ring();
  }

  open(): void {
    this.#isOpen = true;
    this.#bell.ring();
  }

  /** Resolves when it is open; rejects when the signal aborts first. */
  async pass(signal: AbortSignal): Promise<void> {
    await this.#bell.until(() => this.#isOpen, signal);
    signal.throwIfAborted();
  }

  /** Resolves when it is closed; rejects when the signal aborts first. */
  async closing(signal: AbortSignal): Promise<void> {
    await this.#bell.until(() => !this.#isOpen, signal);
    signal.throwIfAborted();
  }
}
