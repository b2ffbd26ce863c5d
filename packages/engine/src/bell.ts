/** Wakes everyone who waits. It carries nothing: whoever wakes reads the log. */
export class Bell {
  #wake: () => void = () => {};
  #rung: Promise<void> = new Promise((resolve) => (this.#wake = resolve));

  /** Resolves at the next ring. Take it before looking, so that no ring is missed. */
  next(): Promise<void> {
    return this.#rung;
  }

  ring(): void {
    this.#wake();
    this.#rung = new Promise((resolve) => (this.#wake = resolve));
  }
}
