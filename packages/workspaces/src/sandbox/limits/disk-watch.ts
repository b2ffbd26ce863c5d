import { statfs } from 'node:fs/promises';
import type { DiskCounter, DiskUse } from './disk-counter.ts';

export interface DiskBounds {
  bytes: number;
  files: number;
}

export const isWithin = (bounds: DiskBounds, { bytes, files }: DiskUse): boolean =>
  bytes <= bounds.bytes && files <= bounds.files;

export interface DiskWatchOptions {
  counter: DiskCounter;
  /** Everything below it counts. */
  directory: string;
  bounds: DiskBounds;
  /** Told once, of what was found beyond the bounds. */
  beyond: (use: DiskUse) => void;
  /** Milliseconds between two looks at how much the disk has left. */
  everyMs?: number;
}

const EVERY_MS = 1_000;
/** Where the disk does not show that anything was written, all is counted after this time, or longer where counting takes long. */
const COUNT_AFTER_MS = 5_000;
/** Counting takes no more than a fiftieth of the time, and a fifth while much is being written. */
const REST = 50;
const REST_WHILE_WRITTEN = 5;

interface Left {
  bytes: number;
  files: number;
}

/**
 * Watches how large a directory grows. Counting is not cheap, so it is done when the disk has lost a good part of what is still allowed, and otherwise seldom.
 * What is written between two looks is seen at the next.
 */
export class DiskWatch {
  readonly #options: DiskWatchOptions;
  readonly #stop = new AbortController();
  #use: DiskUse | undefined;
  #left: Left | undefined;
  #countedAt = -Infinity;
  #countingMs = 0;
  #counting: Promise<void> | undefined;
  #told = false;

  constructor(options: DiskWatchOptions) {
    this.#options = options;
    void this.#watch();
  }

  /** As of the last count; undefined before the first. */
  get use(): DiskUse | undefined {
    return this.#use;
  }

  /** Counts now. */
  async count(): Promise<void> {
    await this.#counting; // what was written since it began would be missed
    await (this.#counting ??= this.#countAll());
  }

  close(): void {
    this.#stop.abort();
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      if (await this.#isDue()) await (this.#counting ??= this.#countAll());
      await pause(this.#options.everyMs ?? EVERY_MS, this.#stop.signal);
    }
  }

  async #isDue(): Promise<boolean> {
    const { bounds } = this.#options;
    const sinceMs = performance.now() - this.#countedAt;
    if (!this.#use || sinceMs > Math.max(COUNT_AFTER_MS, this.#countingMs * REST)) return true;
    if (sinceMs < this.#countingMs * REST_WHILE_WRITTEN) return false;
    const left = await this.#look();
    if (!left || !this.#left) return false;
    const allowed = { bytes: bounds.bytes - this.#use.bytes, files: bounds.files - this.#use.files };
    return this.#left.bytes - left.bytes > allowed.bytes / 2 || this.#left.files - left.files > allowed.files / 2;
  }

  async #countAll(): Promise<void> {
    const { counter, directory, bounds, beyond } = this.#options;
    const begun = performance.now();
    const left = await this.#look();
    const use = await counter.count(directory, bounds.files, this.#stop.signal);
    this.#counting = undefined;
    if (this.#stop.signal.aborted) return;
    this.#left = left;
    this.#use = use;
    this.#countedAt = performance.now();
    this.#countingMs = this.#countedAt - begun;
    if (!isWithin(bounds, use) && !this.#told) {
      this.#told = true;
      beyond(use);
    }
  }

  async #look(): Promise<Left | undefined> {
    const disk = await statfs(this.#options.directory).catch(() => undefined);
    return disk && { bytes: disk.bfree * disk.bsize, files: disk.ffree };
  }
}

/** Ends early when it is stopped, and keeps no process alive. */
function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(over, durationMs).unref();
    function over(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    }
    signal.addEventListener('abort', over, { once: true });
  });
}
