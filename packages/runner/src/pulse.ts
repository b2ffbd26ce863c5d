import type { Heartbeat } from '@fusion-kit/domain/runner-protocol';
import type { ProcessSign } from '@fusion-kit/domain/task';
import { type KnownProcess, knownProcess, signOf } from './process-sign.ts';

/** Less use of the CPU than this says nothing: a process that only waits uses a little too. */
const CPU_STEP_MS = 50;

/** How one dispatch gets on: when it last did, what processes work for it, and whether what it does ends by itself. */
export class Pulse {
  readonly #now: () => number;
  readonly #processes = new Set<KnownProcess>();
  #beatAt: number;
  #cpuMs = 0;
  #bounded = 0;
  #resting = false;
  #foundDead = false;

  /** @param now milliseconds of a clock that only goes forward and stands still while the machine sleeps */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#beatAt = now();
  }

  /** It has got on. */
  beat(): void {
    this.#beatAt = this.#now();
  }

  /** Nobody expects it to get on while it rests. */
  rest(resting: boolean): void {
    this.beat();
    this.#resting = resting;
  }

  /** Something begins that ends by itself; call what is returned when it has. */
  within(): () => void {
    this.beat();
    this.#bounded += 1;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.beat();
      this.#bounded -= 1;
    };
  }

  /** Watches a process until the returned function is called. */
  attend(pid: number): () => void {
    const known = knownProcess(pid);
    this.#processes.add(known);
    return () => void this.#processes.delete(known);
  }

  /** How it is at this moment. @param cpuMs what its processes have used of the CPU so far, where that is known */
  look(cpuMs = this.#cpuMs): Pick<Heartbeat, 'quietMs' | 'process' | 'bounded'> {
    if (this.#resting || cpuMs - this.#cpuMs >= CPU_STEP_MS) {
      this.beat();
      this.#cpuMs = cpuMs;
    }
    const quietMs = Math.max(0, Math.round(this.#now() - this.#beatAt));
    return { quietMs, process: this.#sign(), bounded: this.#bounded > 0 };
  }

  /** Whether a process died and whoever started it has not seen that by the second look. */
  died(): boolean {
    const dead = [...this.#processes].some((known) => signOf(known) === 'dead');
    const again = dead && this.#foundDead;
    this.#foundDead = dead;
    return again;
  }

  /** The worst sign of all its processes. */
  #sign(): ProcessSign {
    const signs = new Set([...this.#processes].map(signOf));
    return (['dead', 'unknown', 'alive'] as const).find((sign) => signs.has(sign)) ?? 'none';
  }
}
