import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { ErrorCode, FusionError } from '@fusion-kit/domain/errors';
import type { LeashUsage, ResourceLimits } from '@fusion-kit/domain/leash';
import type { CommandLine } from '@fusion-kit/domain/ports/sandbox';
import type { Leash } from '@fusion-kit/domain/ports/workspaces';
import type { LimitMeans } from './detect-limits.ts';
import { DiskCounter, type DiskUse } from './disk-counter.ts';
import { type DiskBounds, DiskWatch, isWithin } from './disk-watch.ts';
import { type Figures, figuresOf, MEGABYTE, passed, usualFigures } from './figures.ts';
import { Group } from './group.ts';
import { groupMark, keepPlaces } from './left-groups.ts';
import { launch, type Launch } from './launch.ts';
import { userThreads } from './user-threads.ts';

/** A leash, and how what is started comes onto it. */
export interface HeldLeash extends Leash {
  /** The command line that is held from its first moment. */
  wrap(line: CommandLine): CommandLine;
  /** Whether the files have outgrown their limit, as they had when it was last looked. */
  readonly outgrown: boolean;
  /** Whether what lies there now is within the limit; also once it is released. */
  fits(): Promise<boolean>;
  /** Which limits were come up against, a sentence each; for what has failed by then. */
  told(): Promise<string[]>;
}

export interface Leashes {
  /**
   * Holds what is started by `wrap` to limits.
   * @param directory what counts as its files
   * @param limits of one agent, over those that all have
   */
  open(directory: string, limits?: ResourceLimits, exceeded?: (failure: FusionError) => void): Promise<HeldLeash>;
}

/** Failures that a limit may be the cause of, and not something that a person or a provider has said. */
const MAY_COME_OF_LIMITS: ReadonlySet<ErrorCode> = new Set([
  'process_died',
  'program_failed', // it outlived what was killed of it
  'command_failed',
  'workspace_failed',
  'agent_gave_up',
  'internal',
]);
/** 128 and the number of SIGXFSZ: how a shell tells that what ran in it wrote more into a file than it may. */
const FILE_TOO_LARGE = 153;

/**
 * @param root the data directory: groups bear its mark, so that those of a server that died are found
 * @param means what this machine has
 * @param usual limits of agents for whom nothing else is said
 */
export function leashes(root: string, means: LimitMeans, usual: ResourceLimits = {}): Leashes {
  const everyone = figuresOf(usualFigures(), usual);
  const counter = new DiskCounter();
  return {
    async open(directory, limits, exceeded = () => {}) {
      const figures = figuresOf(everyone, limits);
      const group = await openGroup(root, means, figures);
      return new Held({ counter, directory, figures, group, exceeded, launch: await launchOf(means, figures, group) });
    },
  };
}

async function openGroup(root: string, { groups }: LimitMeans, figures: Figures): Promise<Group | undefined> {
  if (groups.length === 0) return undefined;
  await keepPlaces(root, groups);
  const group = new Group(groups, groupMark(root) + randomBytes(6).toString('hex'));
  try {
    await group.make({ memoryBytes: figures.memoryMb * MEGABYTE, processes: figures.processes });
    return group;
  } catch (thrown) {
    await group.remove();
    throw thrown;
  }
}

async function launchOf(means: LimitMeans, figures: Figures, group: Group | undefined): Promise<Launch> {
  return {
    doors: group?.doors ?? [],
    fileBytes: figures.fileMb * MEGABYTE,
    ...(means.memory === 'rlimit' && { dataBytes: figures.memoryMb * MEGABYTE }),
    // The system counts all that its user runs, so what there is already is allowed as well.
    ...(means.processes === 'rlimit' && { userProcesses: (await userThreads()) + figures.processes }),
  };
}

interface Holding {
  counter: DiskCounter;
  directory: string;
  figures: Figures;
  group: Group | undefined;
  launch: Launch;
  exceeded: (failure: FusionError) => void;
}

class Held implements HeldLeash {
  readonly #holding: Holding;
  readonly #bounds: DiskBounds;
  readonly #disk: DiskWatch;
  #broken: FusionError | undefined;
  #released: Promise<void> | undefined;

  constructor(holding: Holding) {
    this.#holding = holding;
    const { counter, directory, figures } = holding;
    this.#bounds = { bytes: figures.workspaceMb * MEGABYTE, files: figures.workspaceFiles };
    this.#disk = new DiskWatch({ counter, directory, bounds: this.#bounds, beyond: (use) => this.#break(use) });
  }

  get outgrown(): boolean {
    return this.#broken !== undefined;
  }

  async fits(): Promise<boolean> {
    const { counter, directory } = this.#holding;
    return isWithin(this.#bounds, await counter.count(directory, this.#bounds.files));
  }

  wrap(line: CommandLine): CommandLine {
    return launch(line, this.#holding.launch);
  }

  async usage(): Promise<LeashUsage> {
    const { bytes, files } = this.#disk.use ?? {};
    return {
      ...(await this.#holding.group?.usage()),
      ...(bytes !== undefined && { diskBytes: bytes }),
      ...(files !== undefined && { files }),
    };
  }

  async check(): Promise<void> {
    if (!this.#broken) await this.#disk.count();
    if (this.#broken) throw this.#broken;
  }

  async told(): Promise<string[]> {
    const { figures, group, directory } = this.#holding;
    const { memory = 0, processes = 0 } = (await group?.refusals()) ?? {};
    const tooLarge = await fileOf(directory, figures.fileMb * MEGABYTE);
    return [
      ...(memory > 0 ? [memoryTold(figures)] : []),
      ...(tooLarge ? [fileTold(figures)] : []),
      ...(processes > 0 ? [processesTold(figures)] : []),
    ];
  }

  async explain(error: FusionError): Promise<FusionError> {
    if (this.#broken) return this.#broken;
    if (!MAY_COME_OF_LIMITS.has(error.code)) return error;
    const { figures, group, directory } = this.#holding;
    const { memory = 0, processes = 0 } = (await group?.refusals()) ?? {};
    if (memory > 0) return passed('memory_limit', memoryTold(figures), error);
    const exitCode = error.details?.['exitCode'];
    if (exitCode === FILE_TOO_LARGE || (await fileOf(directory, figures.fileMb * MEGABYTE)))
      return passed('file_limit', fileTold(figures), error);
    return processes > 0 ? passed('process_limit', processesTold(figures), error) : error;
  }

  release(): Promise<void> {
    return (this.#released ??= this.#letGo());
  }

  async #letGo(): Promise<void> {
    this.#disk.close();
    await this.#holding.group?.remove();
  }

  #break({ bytes, files }: DiskUse): void {
    const { figures, exceeded, group } = this.#holding;
    const what =
      files > figures.workspaceFiles
        ? `more than the ${figures.workspaceFiles} files and directories (workspaceFiles)`
        : `${Math.ceil(bytes / MEGABYTE)} MB and not at most the ${figures.workspaceMb} MB (workspaceMb)`;
    this.#broken = passed('disk_limit', `its workspace, HOME and temporary files are ${what} that they may be`);
    // Who holds it ends the work; whatever does not let itself be ended that way ends here.
    exceeded(this.#broken);
    void group?.kill();
  }
}

const memoryTold = ({ memoryMb }: Figures): string =>
  `its processes came up against the ${memoryMb} MB of memory that they may use together, and one was killed (memoryMb)`;
const processesTold = ({ processes }: Figures): string =>
  `it came up against the ${processes} processes and threads that it may have at once (processes)`;
const fileTold = ({ fileMb }: Figures): string => `it came up against the ${fileMb} MB that one file may be (fileMb)`;

const LOOK_TIMEOUT_MS = 60_000;

/** Whether there is a file that grew just to its limit. */
async function fileOf(directory: string, bytes: number): Promise<boolean> {
  // A limit is in blocks of 512 bytes, and a write that reaches it is cut there.
  const size = `${Math.floor(bytes / 512) * 512}c`;
  const find = ['-xdev', '-type', 'f', '-size', size];
  const found = await promisify(execFile)('find', [directory, ...find], { timeout: LOOK_TIMEOUT_MS }).catch(
    (thrown: { stdout?: string }) => thrown, // of directories that it may not look into it complains, and goes on
  );
  return Boolean(found.stdout);
}
