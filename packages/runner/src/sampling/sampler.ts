import { dirname, sep } from 'node:path';
import type { LeashUsage } from '@fusion-kit/domain/leash';
import type { Leash } from '@fusion-kit/domain/ports/workspaces';
import { type ProcessRow, procTable, type ReadProcesses } from './process-table.ts';

/** What processes have in use together. Pages that several share are counted for each. */
export type ProcessUse = Pick<ProcessRow, 'rssBytes' | 'cpuMs'> & { processes: number };

export interface SamplerOptions {
  read?: ReadProcesses;
  /** Time between two looks, in milliseconds. */
  everyMs?: number;
  /** Told of a dispatch that is watched no longer: its runtime and the most memory that was seen of it. Not of one that ended before it was seen. */
  onPeak?: (runtime: string, peakBytes: number) => void;
}

interface Watched {
  /** The agent's directory: everything of an agent works in it or has its HOME there. */
  place: string;
  runtime: string;
  /** What is told of it without looking for its processes. */
  usage: () => Promise<LeashUsage>;
  sample?: LeashUsage;
  /** Processor time of those that were there at the last look. */
  cpuSeenMs: number;
  peakBytes: number;
}

const EVERY_MS = 2_000;

/**
 * Looks at what running dispatches use every two seconds, and at nothing while none runs: what their leash tells, and the rest in the list of processes. There
 * a process belongs to the dispatch whose agent's directory it works in or has as HOME, which the cage sees to, and so does everything below it. That list
 * is on Linux only.
 */
export class Sampler {
  readonly #read: ReadProcesses;
  readonly #everyMs: number;
  readonly #onPeak: (runtime: string, peakBytes: number) => void;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor({ read = procTable(), everyMs = EVERY_MS, onPeak = () => {} }: SamplerOptions = {}) {
    this.#read = read;
    this.#everyMs = everyMs;
    this.#onPeak = onPeak;
  }

  /**
   * Watches a dispatch.
   * @param workspacePath the working tree, which lies in the agent's directory
   * @param leash what holds the dispatch
   */
  start(dispatchId: string, workspacePath: string, runtime: string, leash?: Pick<Leash, 'usage'>): void {
    const usage = async () => (await leash?.usage()) ?? {};
    this.#watched.set(dispatchId, { place: dirname(workspacePath), runtime, usage, cpuSeenMs: 0, peakBytes: 0 });
    this.#sleep();
  }

  stop(dispatchId: string): void {
    const watched = this.#watched.get(dispatchId);
    this.#watched.delete(dispatchId);
    if (this.#watched.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    if (watched && watched.peakBytes > 0) this.#onPeak(watched.runtime, watched.peakBytes);
  }

  /** The last look at a dispatch; undefined before the first, after its end, and where nothing can be seen. */
  sampleOf(dispatchId: string): LeashUsage | undefined {
    return this.#watched.get(dispatchId)?.sample;
  }

  /** Looks at once. Resolves when the samples are new. */
  async look(): Promise<void> {
    const watched = [...this.#watched.values()];
    const told = await Promise.all(watched.map(({ usage }) => usage()));
    const rows = told.every(isWhole) ? [] : await this.#read();
    const used = usedBy(
      rows,
      watched.map(({ place }) => place),
    );
    for (const [at, each] of watched.entries()) {
      const seen = rows.length > 0 ? seenOf(each, used.get(each.place)) : {};
      const sample = { ...seen, ...told[at] };
      if (Object.keys(sample).length > 0) each.sample = sample;
      each.peakBytes = Math.max(each.peakBytes, sample.memoryBytes ?? 0);
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

/** Whether there is nothing to be looked up. */
const isWhole = ({ memoryBytes, cpuMs, processes }: LeashUsage): boolean =>
  memoryBytes !== undefined && cpuMs !== undefined && processes !== undefined;

/**
 * What ended and was waited for is in its parent's figure; when the topmost one ends, what it used is gone from view and counting goes on from what is left:
 * the processor time of a dispatch never falls.
 */
function seenOf(
  watched: Watched,
  { rssBytes, cpuMs, processes }: ProcessUse = { rssBytes: 0, cpuMs: 0, processes: 0 },
): LeashUsage {
  const more = Math.max(0, cpuMs - watched.cpuSeenMs);
  watched.cpuSeenMs = cpuMs;
  return { memoryBytes: rssBytes, processes, cpuMs: (watched.sample?.cpuMs ?? 0) + more };
}

/** What the processes of each place use together. Pure. */
export function usedBy(rows: readonly ProcessRow[], places: readonly string[]): Map<string, ProcessUse> {
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
  const used = new Map<string, ProcessUse>();
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
