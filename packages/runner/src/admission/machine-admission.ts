import type { Agent } from '@fusion-kit/domain/agent';
import type { LeashUsage } from '@fusion-kit/domain/leash';
import type { Admission } from '@fusion-kit/domain/ports/admission';
import type { Learned, LearnedMemory } from './learned-memory.ts';
import type { MachineReading } from './machine.ts';

/** What always stays free for everything else on the machine. */
export interface Reserves {
  /** Default: a tenth of all memory, at most 512 MB. */
  memoryBytes?: number | undefined;
  /** Default 1 GB. */
  diskBytes?: number | undefined;
  /** The load from which on nothing more begins beside what is at work. Default 12 for each core: agents wait for models most of the time. */
  loadPerCore?: number | undefined;
}

export interface MachineAdmissionOptions {
  read: () => MachineReading;
  learned: LearnedMemory;
  sampleOf: (dispatchId: string) => LeashUsage | undefined;
  reserves?: Reserves | undefined;
  /** Milliseconds, of a clock that only goes forward. */
  now?: () => number;
}

/** What admission goes by, to be shown. */
export interface AdmissionView extends MachineReading {
  learned: Learned[];
}

/** How long a look at the machine holds. What begins meanwhile counts by what is expected of it. */
const READING_HOLDS_MS = 500;

/**
 * Holds agents back while the machine has no room for one more: its memory, less what those at work will still grow by and less a reserve, must hold what was learned of
 * the runtime; so with the disk and the processor. Nothing that runs is ever ended for it.
 */
export class MachineAdmission implements Admission {
  readonly #options: MachineAdmissionOptions;
  #reading: { reading: MachineReading; at: number } | undefined;

  constructor(options: MachineAdmissionOptions) {
    this.#options = options;
  }

  admit(agent: Agent, atWork: readonly Agent[]): string | undefined {
    const reading = this.#look();
    const { diskBytes = 1e9, loadPerCore = 12 } = this.#options.reserves ?? {};
    if (reading.diskFreeBytes < diskBytes)
      return `disk space: ${gigabytes(reading.diskFreeBytes)} free where work is kept, of which ${gigabytes(diskBytes)} stay free`;
    // With nothing at work the load is not ours, and waiting would not bring it down.
    if (atWork.length > 0 && reading.loadPerCore >= loadPerCore)
      return `processor: ${reading.loadPerCore.toFixed(1)} processes wait for each core, and from ${loadPerCore} on nothing more is begun`;
    return this.#memory(agent, atWork, reading);
  }

  /** How the machine is and what was learned. */
  view(): AdmissionView {
    return { ...this.#look(), learned: this.#options.learned.all() };
  }

  #memory(
    agent: Agent,
    atWork: readonly Agent[],
    { memoryFreeBytes, memoryTotalBytes }: MachineReading,
  ): string | undefined {
    const { learned, sampleOf, reserves } = this.#options;
    const reserved = reserves?.memoryBytes ?? Math.min(memoryTotalBytes / 10, 512e6);
    // Shared pages count for each process, so a figure can be larger than the truth; half of the memory has to be enough to begin with.
    const needed = Math.min(learned.expectedBytes(agent.runtime), memoryTotalBytes / 2);
    let promised = 0;
    for (const { runtime, dispatchId } of atWork) {
      const has = (dispatchId && sampleOf(dispatchId)?.memoryBytes) || 0;
      promised += Math.max(0, learned.expectedBytes(runtime) - has);
    }
    if (memoryFreeBytes - promised - reserved >= needed) return undefined;
    return `memory: ${gigabytes(memoryFreeBytes)} free, of which those at work may still take ${gigabytes(promised)} and ${gigabytes(reserved)} stay free; one more of ${agent.runtime} takes about ${gigabytes(needed)}`;
  }

  #look(): MachineReading {
    const { read, now = () => performance.now() } = this.#options;
    if (!this.#reading || now() - this.#reading.at >= READING_HOLDS_MS) this.#reading = { reading: read(), at: now() };
    return this.#reading.reading;
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
