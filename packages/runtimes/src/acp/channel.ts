import type { Delta, RuntimeEvent } from '@fusion-kit/domain/ports/runtime';

/** Longest text that is shown in one piece; what comes faster than it is taken goes together. */
const DELTA_MAX = 4_000;

/** What a program says, on its way to the one who keeps it: it comes when it comes, and is taken one by one. */
export class Channel {
  #waiting: (RuntimeEvent | Delta)[] = [];
  #rung!: Promise<void>;
  #ring!: () => void;

  constructor() {
    this.#hang();
  }

  put(item: RuntimeEvent | Delta): void {
    const last = this.#waiting.at(-1);
    if (item.type === 'delta' && last?.type === 'delta' && last.text.length + item.text.length <= DELTA_MAX)
      this.#waiting[this.#waiting.length - 1] = { type: 'delta', text: last.text + item.text };
    else this.#waiting.push(item);
    this.#ring();
  }

  /** Gives what comes until the work is done, and all of that. @throws what the work failed with */
  async *until<Result>(work: Promise<Result>): AsyncGenerator<RuntimeEvent | Delta, Result> {
    let done = false;
    const over = () => {
      done = true;
      this.#ring();
    };
    work.then(over, over);
    for (;;) {
      const rung = this.#rung; // taken before looking, so no ring is missed
      for (let item; (item = this.#waiting.shift());) yield item;
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
