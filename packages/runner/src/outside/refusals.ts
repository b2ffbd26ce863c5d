import { cutText } from '@fusion-kit/domain/kept-text';

/** Different destinations that are told of; a program that tries names one after the other must not fill the log. */
const TOLD_MAX = 20;
/** Of a destination, and of why: who is refused has a say in how long they are, and an event has its bounds. */
const CHARACTERS_MAX = 250;

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

  add(place: string, why: string): void {
    const [destination, reason] = [cutText(place, CHARACTERS_MAX), cutText(why, CHARACTERS_MAX)];
    if (this.#told.size > TOLD_MAX || this.#told.has(destination)) return;
    const isLast = this.#told.size === TOLD_MAX;
    const told = isLast
      ? (['more', `more than ${TOLD_MAX} destinations were refused`] as const)
      : ([destination, reason] as const);
    this.#told.set(...told);
    this.#tell(...told);
  }
}
