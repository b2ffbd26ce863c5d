/** Longest that a timer may sleep, in milliseconds; Node fires a longer one at once. */
const TIMER_MAX_MS = 2_147_483_647;

/** Time that is allowed and does not pass while it is paused. */
export class Deadline {
  readonly #onOver: () => void;
  #leftMs: number;
  #runningSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(allowedMs: number, onOver: () => void) {
    this.#leftMs = allowedMs;
    this.#onOver = onOver;
  }

  run(): void {
    if (this.#runningSince !== undefined) return;
    this.#runningSince = performance.now();
    this.#timer = setTimeout(() => this.#wake(), Math.min(this.#leftMs, TIMER_MAX_MS));
  }

  pause(): void {
    if (this.#runningSince === undefined) return;
    clearTimeout(this.#timer);
    this.#leftMs = Math.max(0, this.#leftMs - (performance.now() - this.#runningSince));
    this.#runningSince = undefined;
  }

  #wake(): void {
    this.pause();
    if (this.#leftMs >= 1) this.run();
    else this.#onOver();
  }
}
