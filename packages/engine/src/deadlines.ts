import type { Entry } from '@fusion-kit/domain/entry';
import type { RunId } from '@fusion-kit/domain/ids';
import { runEnded } from '@fusion-kit/domain/run';
import type { World } from '@fusion-kit/domain/world';
import { Alarms } from './alarm.ts';
import type { Follower } from './follower.ts';
import type { Writer } from './writer.ts';

export interface DeadlinesOptions {
  world: World;
  writer: Writer;
  clock: () => number;
}

/** Ends runs whose time is over. */
export class Deadlines implements Follower {
  readonly #options: DeadlinesOptions;
  readonly #alarms: Alarms<RunId>;

  constructor(options: DeadlinesOptions) {
    this.#options = options;
    this.#alarms = new Alarms(options.clock);
  }

  start(): void {
    for (const run of this.#options.world.all('runs')) if (!runEnded(run.state)) this.#watch(run.id, run.deadlineAt);
  }

  see(entries: readonly Entry[]): void {
    for (const { event } of entries) {
      if (event.type === 'run.started') this.#watch(event.runId, event.spec.deadlineAt);
      else if (event.type === 'run.completed' || event.type === 'run.failed' || event.type === 'run.cancelled')
        this.#alarms.clear(event.runId);
    }
  }

  stop(): void {
    this.#alarms.stop();
  }

  #watch(runId: RunId, deadlineAt: number | undefined): void {
    if (deadlineAt === undefined) return;
    this.#alarms.set(runId, deadlineAt, () => {
      this.#options.writer.submit({ type: 'run.expire', runId }).catch(() => {}); // it may have ended meanwhile
    });
  }
}
