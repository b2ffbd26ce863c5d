import type { Entry } from '@fusion-kit/domain/entry';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import { Bell } from './bell.ts';

/** Entries kept in memory for followers that are close to the end; more while the last batch alone is larger. */
const TAIL_MAX = 4_096;
const FOLLOW_BATCH = 512;

/** The durable log as followers see it: from any number on, without a gap, for as long as they like. */
export class Log {
  readonly #journal: Journal;
  readonly #bell = new Bell();
  #tail: Entry[] = [];
  #head: number;

  constructor(journal: Journal, head: number) {
    this.#journal = journal;
    this.#head = head;
  }

  /** Number of the last durable event. */
  get head(): number {
    return this.#head;
  }

  /** Takes entries that have just become durable. */
  publish(entries: readonly Entry[]): void {
    const last = entries.at(-1);
    if (!last) return;
    const kept = Math.max(TAIL_MAX, entries.length);
    if (entries.length >= TAIL_MAX) this.#tail = [...entries];
    else for (const entry of entries) this.#tail.push(entry);
    if (this.#tail.length > 2 * kept) this.#tail = this.#tail.slice(-kept);
    this.#head = last.seq;
    this.#bell.ring();
  }

  async readAfter(after: number, limit: number): Promise<readonly Entry[]> {
    if (after >= this.#head) return [];
    const first = this.#tail[0]?.seq;
    if (first === undefined || after + 1 < first) return this.#journal.readAfter(after, limit);
    return this.#tail.slice(after + 1 - first, after + 1 - first + limit);
  }

  async *follow(after: number, signal: AbortSignal): AsyncGenerator<readonly Entry[]> {
    // Stopping rings too: to race the bell with a promise of the stop would leave something on that promise at every wake, for as long as it is followed.
    const wake = () => this.#bell.ring();
    signal.addEventListener('abort', wake, { once: true });
    try {
      let seen = after;
      while (!signal.aborted) {
        const rung = this.#bell.next();
        const batch = await this.readAfter(seen, FOLLOW_BATCH);
        const last = batch.at(-1);
        if (last) {
          yield batch;
          seen = last.seq;
        } else if (!signal.aborted) {
          await rung;
        }
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}
