import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { LeashUsage } from '@fusion-kit/domain/leash';
import type { GroupPlace } from './group-places.ts';

/** What a group holds its processes to. */
export interface GroupLimits {
  memoryBytes: number;
  /** Of threads each counts, as the kernel counts them. */
  processes: number;
}

/** How often a group had to refuse, at least. */
export interface Refusals {
  /** Processes that were killed for lack of memory. */
  memory: number;
  /** Processes and threads that were not started. */
  processes: number;
}

/**
 * Processes are put one level below the limits: who mounts the hierarchy in a namespace of its own sees the group it is in as the root, and may raise what is
 * written there, but never what surrounds it.
 */
const INSIDE = 'inside';
const EMPTY_WITHIN_MS = 5_000;
const LOOK_AGAIN_MS = 10;
const COME_BACK_MS = 2_000;

const number = (text: string | undefined): number | undefined =>
  text === undefined || text.trim() === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);
const field = (text: string | undefined, name: string): number | undefined =>
  number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text ?? '')?.[1]);
const readIfThere = (...path: string[]): Promise<string | undefined> =>
  readFile(join(...path), 'utf8').catch(() => undefined);

/** One control group: a directory in each hierarchy that has something to limit or to count. */
export class Group {
  readonly #directories: readonly (GroupPlace & { path: string })[];

  constructor(places: readonly GroupPlace[], name: string) {
    this.#directories = places.map((place) => ({ ...place, path: join(place.directory, name) }));
  }

  /** Makes it, with its limits, before anything is in it. @throws the system's error where it may not */
  async make({ memoryBytes, processes }: GroupLimits): Promise<void> {
    for (const { path, version, controllers } of this.#directories) {
      await mkdir(path);
      const write = (name: string, value: number) => writeFile(join(path, name), String(Math.floor(value)));
      if (controllers.includes('memory')) {
        await write(version === 2 ? 'memory.max' : 'memory.limit_in_bytes', memoryBytes);
        // Absent where the kernel does not account for what was swapped out; it would only put the end off.
        await (version === 2 ? write('memory.swap.max', 0) : write('memory.memsw.limit_in_bytes', memoryBytes)).catch(
          () => {},
        );
      }
      if (controllers.includes('pids')) await write('pids.max', processes);
      await mkdir(join(path, INSIDE));
    }
  }

  /** Files that a process writes `0` to in order to join. */
  get doors(): string[] {
    return this.#directories.map(({ path }) => join(path, INSIDE, 'cgroup.procs'));
  }

  async usage(): Promise<LeashUsage> {
    const usage: LeashUsage = {};
    for (const { path, version, controllers } of this.#directories) {
      if (controllers.includes('memory')) {
        const names =
          version === 2 ? ['memory.current', 'inactive_file'] : ['memory.usage_in_bytes', 'total_inactive_file'];
        const [used, statistics] = await Promise.all([readIfThere(path, names[0]!), readIfThere(path, 'memory.stat')]);
        const held = number(used);
        if (held !== undefined) usage.memoryBytes = Math.max(0, held - (field(statistics, names[1]!) ?? 0));
      }
      if (controllers.includes('cpuacct')) {
        const micro = field(await readIfThere(path, 'cpu.stat'), 'usage_usec');
        const nano = number(await readIfThere(path, 'cpuacct.usage'));
        if (micro !== undefined) usage.cpuMs = micro / 1e3;
        else if (nano !== undefined) usage.cpuMs = nano / 1e6;
      }
    }
    const [first] = this.#directories;
    if (first) usage.processes = (await processesBelow(first.path)).length;
    return usage;
  }

  async refusals(): Promise<Refusals> {
    const refusals: Refusals = { memory: 0, processes: 0 };
    for (const { path } of this.#directories) {
      // Version 1 counts where the process was, version 2 also in all that is around it: the most that any of them says.
      for (const group of await groupsBelow(path)) {
        const [v2, v1, pids] = await Promise.all(
          ['memory.events', 'memory.oom_control', 'pids.events'].map((name) => readIfThere(group, name)),
        );
        refusals.memory = Math.max(refusals.memory, field(v2, 'oom_kill') ?? field(v1, 'oom_kill') ?? 0);
        refusals.processes = Math.max(refusals.processes, field(pids, 'max') ?? 0);
      }
    }
    return refusals;
  }

  /** Kills everything in it; resolves when nothing is left, or cannot be ended. */
  async kill(): Promise<void> {
    await Promise.all(this.#directories.map(({ path }) => killBelow(path)));
  }

  /** Kills what is in it and removes it. What does not end in time, because it waits for a disk, is come back to until it has. */
  async remove(): Promise<void> {
    if (await this.#isRemoved()) return;
    setTimeout(() => void this.remove(), COME_BACK_MS).unref();
  }

  async #isRemoved(): Promise<boolean> {
    await this.kill();
    const gone = await Promise.all(this.#directories.map(({ path }) => removeGroup(path)));
    return gone.every(Boolean);
  }
}

/** All groups from this one down, the lowest first: what is inside may have made more. */
async function groupsBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => groupsBelow(join(path, entry.name))),
  );
  return [...below.flat(), path];
}

async function processesBelow(path: string): Promise<number[]> {
  const texts = await Promise.all(
    (await groupsBelow(path)).map(async (group) => (await readIfThere(group, 'cgroup.procs')) ?? ''),
  );
  return texts.flatMap((text) => text.split('\n').filter(Boolean).map(Number));
}

/** Kills what is in the groups from this one down, also what forks while it is being killed. */
export async function killBelow(path: string): Promise<void> {
  // Nothing more begins in there, so that killing comes to an end; absent where the hierarchy does not count processes.
  await writeFile(join(path, 'pids.max'), '0').catch(() => {});
  await writeFile(join(path, 'cgroup.kill'), '1').catch(() => {}); // version 2 since Linux 5.14
  const begun = performance.now();
  for (;;) {
    const left = await processesBelow(path);
    if (left.length === 0 || performance.now() - begun > EMPTY_WITHIN_MS) return;
    for (const pid of left) kill(pid);
    await after(LOOK_AGAIN_MS);
  }
}

function kill(pid: number): void {
  try {
    // 0 is a process that is out of sight from here; to be killed it would be this one's own group.
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Removes groups without processes, from this one down. @returns whether they are gone */
export async function removeGroup(path: string): Promise<boolean> {
  const begun = performance.now();
  // What was killed leaves its group a moment after it has left the list.
  while (performance.now() - begun <= EMPTY_WITHIN_MS) {
    let busy = false;
    for (const group of await groupsBelow(path))
      await rmdir(group).catch((thrown: NodeJS.ErrnoException) => {
        busy ||= thrown.code !== 'ENOENT';
      });
    if (!busy) return true;
    await after(LOOK_AGAIN_MS);
  }
  return false;
}
