/** What an agent at work takes, in bytes, before anything was learned about its runtime. Commands and the model loop only start what a task asks for. */
const BEFORE_LEARNING_BYTES: Readonly<Record<string, number>> = { 'model-loop': 50e6, shell: 100e6 };
const OTHERWISE_BYTES = 400e6;
/** How much the latest dispatch weighs against all before it. */
const WEIGHT = 0.3;

export interface Learned {
  runtime: string;
  expectedBytes: number;
  /** Dispatches it was learned from. */
  dispatches: number;
}

/** How much memory a dispatch takes at its peak, learned for each runtime from those that have ended; the later ones weigh more. */
export class LearnedMemory {
  readonly #learned = new Map<string, { bytes: number; dispatches: number }>();

  expectedBytes(runtime: string): number {
    return this.#learned.get(runtime)?.bytes ?? BEFORE_LEARNING_BYTES[runtime] ?? OTHERWISE_BYTES;
  }

  learn(runtime: string, peakBytes: number): void {
    const before = this.expectedBytes(runtime);
    const dispatches = (this.#learned.get(runtime)?.dispatches ?? 0) + 1;
    this.#learned.set(runtime, { bytes: before + WEIGHT * (peakBytes - before), dispatches });
  }

  all(): Learned[] {
    return [...this.#learned].map(([runtime, { bytes, dispatches }]) => ({
      runtime,
      expectedBytes: Math.round(bytes),
      dispatches,
    }));
  }
}
