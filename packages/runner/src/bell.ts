/** Whoever waits for something to be so looks again whenever it rings. Who has left is not kept, however long it does not ring. */
export class Bell {
  readonly #looking = new Set<() => void>();

  ring(): void {
    for (const look of this.#looking) look();
  }

  /** Resolves when it is so, or once the signal aborts. Never rejects. */
  until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
    if (signal.aborted || isSo()) return Promise.resolve();
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#looking.delete(look);
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const look = (): void => {
        if (isSo()) leave();
      };
      this.#looking.add(look);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
