import type { RunId, TaskId } from '@fusion-kit/domain/ids';
import { rank } from '@fusion-kit/domain/schedule';
import type { Task } from '@fusion-kit/domain/task';
import TinyQueue from 'tinyqueue';

interface Place {
  id: TaskId;
  rank: number;
}

/** Tasks of one run that require the same capabilities, the next one first. */
export interface Lane {
  readonly runId: RunId;
  readonly requires: readonly string[];
  readonly queue: TinyQueue<Place>;
}

/**
 * Tasks that may start, in lanes by run and required capabilities, so that finding the best task for an agent looks at one head per lane and never
 * past tasks it cannot do. A place may be out of date; whoever takes it checks the task.
 */
export class ReadyQueue {
  readonly #lanes = new Map<string, Lane>();

  add(task: Task): void {
    const requires = [...task.requires].toSorted();
    const key = [task.runId, ...requires].join(' ');
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = {
        runId: task.runId,
        requires,
        queue: new TinyQueue<Place>([], (a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1)),
      };
      this.#lanes.set(key, lane);
    }
    lane.queue.push({ id: task.id, rank: rank(task) });
  }

  get lanes(): Iterable<Lane> {
    return this.#lanes.values();
  }

  /** Drops the lanes of a run that has ended. */
  drop(runId: RunId): void {
    for (const [key, lane] of this.#lanes) if (lane.runId === runId) this.#lanes.delete(key);
  }
}
