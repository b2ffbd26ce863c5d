import { dirname, sep } from 'node:path';
import { type ProcessRow, procTable, type ReadProcesses } from './process-table.ts';

/** What the processes of one dispatch held and had used when they were last looked at. */
export interface ProcessSample {
  /** Memory of all of them. Pages that several share are counted for each. */
  rssBytes: number;
  /** Processor time since the dispatch began, of those that have ended too; it never falls. */
  cpuMs: number;
  processes: number;
}

export interface SamplerOptions {
  read?: ReadProcesses;
  /** Time between two looks, in milliseconds. */
  everyMs?: number;
  /** Told of a dispatch that is watched no longer: its runtime and the most memory that was seen of it. Not of one that ended before it was seen. */
  onPeak?: (runtime: string, peakRssBytes: number) => void;
}

interface Watched {
  /** The agent's directory: everything of an agent works in it or has its HOME there. */
  place: string;
  runtime: string;
  sample?: ProcessSample;
  /** Processor time of those that were there at the last look. */
  cpuSeenMs: number;
  peakRssBytes: number;
}

const EVERY_MS = 2_000;

/**
 * Looks at the processes of running dispatches every two seconds, and at nothing while none runs. A process belongs to the dispatch whose agent's directory
 * it works in or has as HOME, which the cage sees to, and so does everything below it. Linux only; elsewhere there is no sample.
 */
export class Sampler {
  readonly #read: ReadProcesses;
  readonly #everyMs: number;
  readonly #onPeak: (runtime: string, peakRssBytes: number) => void;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor({ read = procTable(), everyMs = EVERY_MS, onPeak = () => {} }: SamplerOptions = {}) {
    this.#read = read;
    this.#everyMs = everyMs;
    this.#onPeak = onPeak;
  }

  /** Watches a dispatch. @param workspacePath the working tree, which lies in the agent's directory */
  start(dispatchId: string, workspacePath: string, runtime: string): void {
    this.#watched.set(dispatchId, { place: dirname(workspacePath), runtime, cpuSeenMs: 0, peakRssBytes: 0 });
    this.#sleep();
  }

  stop(dispatchId: string): void {
    const watched = this.#watched.get(dispatchId);
    this.#watched.delete(dispatchId);
    if (this.#watched.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    if (watched && watched.peakRssBytes > 0) this.#onPeak(watched.runtime, watched.peakRssBytes);
  }

  /** The last look at a dispatch; undefined before the first, after its end, and where processes cannot be seen. */
  sampleOf(dispatchId: string): ProcessSample | undefined {
    return this.#watched.get(dispatchId)?.sample;
  }

  /** Looks at once. Resolves when the samples are new. */
  async look(): Promise<void> {
    const rows = await this.#read();
    if (rows.length === 0) return;
    const places = [...this.#watched.values()].map(({ place }) => place);
    const used = usedBy(rows, places);
    for (const watched of this.#watched.values()) {
      const { rssBytes, cpuMs, processes } = used.get(watched.place) ?? { rssBytes: 0, cpuMs: 0, processes: 0 };
      const before = watched.sample?.cpuMs ?? 0;
      // What ended and was waited for is in its parent's figure; when the topmost one ends, what it used is gone from view and counting goes on from what is left.
      watched.sample = { rssBytes, processes, cpuMs: before + Math.max(0, cpuMs - watched.cpuSeenMs) };
      watched.cpuSeenMs = cpuMs;
      watched.peakRssBytes = Math.max(watched.peakRssBytes, rssBytes);
    }
  }

  #sleep(): void {
    if (this.#timer || this.#looking || this.#watched.size === 0) return;
    this.#timer = setTimeout(() => void this.#round(), this.#everyMs);
    this.#timer.unref();
  }

  async #round(): Promise<void> {
    this.#timer = undefined;
    this.#looking = true;
    try {
      await this.look();
    } finally {
      this.#looking = false;
      this.#sleep();
    }
  }
}

/** What the processes of each place use together. Pure. */
export function usedBy(rows: readonly ProcessRow[], places: readonly string[]): Map<string, ProcessSample> {
  const byPid = new Map(rows.map((row) => [row.pid, row]));
  const owners = new Map<number, string | undefined>();
  const ownerOf = (row: ProcessRow): string | undefined => {
    if (owners.has(row.pid)) return owners.get(row.pid);
    owners.set(row.pid, undefined); // a parent that names its child as parent is none
    const parent = byPid.get(row.parent);
    const owner =
      places.find((place) => row.places.some((each) => isWithin(each, place))) ?? (parent && ownerOf(parent));
    owners.set(row.pid, owner);
    return owner;
  };
  const used = new Map<string, ProcessSample>();
  for (const row of rows) {
    const owner = row.rssBytes > 0 ? ownerOf(row) : undefined;
    if (owner === undefined) continue;
    const sum = used.get(owner) ?? { rssBytes: 0, cpuMs: 0, processes: 0 };
    sum.rssBytes += row.rssBytes;
    sum.cpuMs += row.cpuMs;
    sum.processes += 1;
    used.set(owner, sum);
  }
  return used;
}

const isWithin = (path: string, place: string): boolean => path === place || path.startsWith(place + sep);
