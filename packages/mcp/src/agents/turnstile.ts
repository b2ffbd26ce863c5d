import { FusionError } from '@fusion-kit/domain/errors';

/** Lets so many through at a time and refuses the others. */
export class Turnstile {
  readonly #what: string;
  readonly #most: number;
  #inside = 0;

  constructor(what: string, most: number) {
    this.#what = what;
    this.#most = most;
  }

  /** @throws {FusionError} `quota_exceeded` */
  async pass<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#inside >= this.#most)
      throw new FusionError('quota_exceeded', `${this.#most} ${this.#what} of this dispatch are under way`, {
        remedy: 'Wait for their answers before you send more.',
      });
    this.#inside += 1;
    try {
      return await work();
    } finally {
      this.#inside -= 1;
    }
  }
}
