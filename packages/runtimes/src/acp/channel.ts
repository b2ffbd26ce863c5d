import { FusionError } from '@fusion-kit/domain/errors';
import type { Delta, RuntimeEvent } from '@fusion-kit/domain/ports/runtime';

/** Longest text that is shown in one piece; what comes faster than it is taken goes together. */
const DELTA_MAX = 4_000;
/** What may wait to be taken: a program must not fill the house's memory by telling faster than it is kept. */
export const WAITING_MAX = 5_000;

/** What a program says, on its way to the one who keeps it: it comes when it comes, and is taken one by one. */
export class Channel {
  readonly #who: string;
  #waiting: (RuntimeEvent | Delta)[] = [];
  #flood: FusionError | undefined;
  #rung!: Promise<void>;
  #ring!: () => void;

  /** @param who what the program is called for a person */
  constructor(who: string) {
    this.#who = who;
    this.#hang();
  }

  put(item: RuntimeEvent | Delta): void {
    const last = this.#waiting.at(-1);
    if (item.type === 'delta' && last?.type === 'delta' && last.text.length + item.text.length <= DELTA_MAX)
      this.#waiting[this.#waiting.length - 1] = { type: 'delta', text: last.text + item.text };
    else if (this.#waiting.length < WAITING_MAX) this.#waiting.push(item);
    else if (item.type !== 'delta') this.#flood ??= flood(this.#who); // what is only shown may be missed
    this.#ring();
  }

  /** Gives what comes until the work is done, and all of that. @throws what the work failed with; `program_failed` when more came than can be kept */
  async *until<Result>(work: Promise<Result>): AsyncGenerator<RuntimeEvent | Delta, Result> {
    let done = false;
    const over = () => {
      done = true;
      this.#ring();
    };
    work.then(over, over);
    for (;;) {
      const rung = this.#rung; // taken before looking, so no ring is missed
      for (let item; !this.#flood && (item = this.#waiting.shift());) yield item;
      if (this.#flood) throw this.#flood;
      if (done) return await work;
      await rung;
    }
  }

  #hang(): void {
    this.#rung = new Promise((resolve) => {
      this.#ring = () => {
        resolve();
        this.#hang();
      };
    });
  }
}

const flood = (who: string): FusionError =>
  new FusionError('program_failed', `${who} told of more than ${WAITING_MAX} things before they could be kept`);
