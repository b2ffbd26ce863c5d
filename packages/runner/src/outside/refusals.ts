/** Different destinations that are told of; a program that tries names one after the other must not fill the log. */
const TOLD_MAX = 20;

/** What was refused, each destination once. */
export class Refusals {
  readonly #tell: (destination: string, reason: string) => void;
  readonly #told = new Map<string, string>();

  constructor(tell: (destination: string, reason: string) => void) {
    this.#tell = tell;
  }

  /** Why they were, at most twenty. */
  get reasons(): string[] {
    return [...this.#told.values()];
  }

  add(destination: string, reason: string): void {
    if (this.#told.size > TOLD_MAX || this.#told.has(destination)) return;
    const isLast = this.#told.size === TOLD_MAX;
    const [what, why] = isLast ? ['more', `more than ${TOLD_MAX} destinations were refused`] : [destination, reason];
    this.#told.set(what, why);
    this.#tell(what, why);
  }
}
