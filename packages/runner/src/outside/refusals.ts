/** Different destinations that are told of; a program that tries names one after the other must not fill the log. */
const TOLD_MAX = 20;

/** What was refused, each destination once. */
export class Refusals {
  readonly #tell: (destination: string, reason: string) => void;
  readonly #told = new Set<string>();

  constructor(tell: (destination: string, reason: string) => void) {
    this.#tell = tell;
  }

  /** The destinations so far, at most twenty. */
  get destinations(): string[] {
    return [...this.#told];
  }

  add(destination: string, reason: string): void {
    if (this.#told.size > TOLD_MAX || this.#told.has(destination)) return;
    if (this.#told.size < TOLD_MAX) {
      this.#told.add(destination);
      return this.#tell(destination, reason);
    }
    this.#told.add('more');
    this.#tell('more', `more than ${TOLD_MAX} destinations were refused; the others are not told`);
  }
}
