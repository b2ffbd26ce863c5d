import type { TaskId } from '@fusion-kit/domain/ids';
import type { Claim } from '@fusion-kit/domain/schedule';
import TinyQueue from 'tinyqueue';

/** Where a task stands. */
export interface Place {
  readonly id: TaskId;
  readonly rank: number;
  readonly queue: Queue;
}

const firstFirst = (one: Place, other: Place): number => one.rank - other.rank || (one.id < other.id ? -1 : 1);

/** Tasks in the order of their rank, which can be taken from both ends and from between. */
export class Queue {
  /** Whose queue it is; anybody's without one, and then nobody asks for its tail. */
  readonly claim: Claim | undefined;
  readonly #present = new Set<Place>();
  /** Heaps; what has left is dropped when it comes to the top. */
  #heads = new TinyQueue<Place>([], firstFirst);
  #tails = new TinyQueue<Place>([], (one, other) => firstFirst(other, one));

  constructor(claim?: Claim) {
    this.claim = claim;
  }

  get size(): number {
    return this.#present.size;
  }

  add(id: TaskId, rank: number): Place {
    const place = { id, rank, queue: this };
    this.#present.add(place);
    this.#heads.push(place);
    if (this.claim) this.#tails.push(place);
    return place;
  }

  remove(place: Place): void {
    this.#present.delete(place);
    if (this.#present.size > 0) return;
    this.#heads = new TinyQueue<Place>([], firstFirst);
    this.#tails = new TinyQueue<Place>([], (one, other) => firstFirst(other, one));
  }

  get head(): Place | undefined {
    return this.#top(this.#heads);
  }

  get tail(): Place | undefined {
    return this.#top(this.#tails);
  }

  #top(heap: TinyQueue<Place>): Place | undefined {
    for (let place = heap.peek(); place; place = heap.peek()) {
      if (this.#present.has(place)) return place;
      heap.pop();
    }
    return undefined;
  }
}
