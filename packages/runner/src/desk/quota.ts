import { FusionError } from '@fusion-kit/domain/errors';

/** What one dispatch may ask for at its desk, all in all: more than work takes, less than a flood. */
export const DESK_LIMITS = {
  calls: 5_000,
  messages: 200,
  'changes of subscriptions': 50,
  questions: 20,
  outputs: 200,
} as const;
export type Limited = keyof typeof DESK_LIMITS;

/** Counts what a dispatch has had. */
export class Quota {
  readonly #had = new Map<Limited, number>();

  /** @throws {FusionError} `quota_exceeded` */
  take(what: Limited, count = 1): void {
    const had = this.#had.get(what) ?? 0;
    const most = DESK_LIMITS[what];
    if (had + count > most) throw new FusionError('quota_exceeded', `this dispatch has had its ${most} ${what}`);
    this.#had.set(what, had + count);
  }
}
