import { readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';

/** What a machine has at a moment. */
export interface MachineReading {
  /** Memory that programs may still take without any being pushed out; in a container, what is left to it. */
  memoryFreeBytes: number;
  /** All the memory there is, or that the container may use. */
  memoryTotalBytes: number;
  /** Processes that ran or waited to run in the last minute, for each core. */
  loadPerCore: number;
  diskFreeBytes: number;
}

/** Nothing where it cannot be told: the directory is not there any more. */
function diskFree(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

interface Memory {
  free: number;
  total: number;
}

/** Reads what the machine has; `directory` is where work is kept. It is quick: some files of the kernel and one question to the file system. */
export function readMachine(directory: string): MachineReading {
  const memory = [machineMemory(readText('/proc/meminfo')), ...cgroupMemory(readText('/proc/self/cgroup'), readText)];
  return {
    memoryFreeBytes: Math.min(...memory.map(({ free }) => free)),
    memoryTotalBytes: Math.min(...memory.map(({ total }) => total)),
    loadPerCore: (loadavg()[0] ?? 0) / availableParallelism(),
    diskFreeBytes: diskFree(directory),
  };
}

/** Of the whole machine, by `/proc/meminfo`; where that is not, as the platform has it. */
function machineMemory(meminfo: string): Memory {
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1]) * 1_024;
  const [free, total] = [field('MemAvailable'), field('MemTotal')];
  if (Number.isFinite(free) && Number.isFinite(total)) return { free, total };
  const available = process.availableMemory();
  return { free: available, total: process.constrainedMemory() || available };
}

const MOUNT = '/sys/fs/cgroup';

/**
 * What the control groups that this process is in leave it, of either version, the group itself and those around it. What the kernel keeps of files and could drop counts as free,
 * as `MemAvailable` does. Empty where nothing limits.
 */
export function cgroupMemory(membership: string, read: (path: string) => string): Memory[] {
  return membership
    .split('\n')
    .flatMap((line) => {
      const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      if (controllers === '') return groupsUp(path).map((group) => limitOf(join(MOUNT, group), V2, read));
      if (!controllers.split(',').includes('memory')) return [];
      return groupsUp(path).map((group) => limitOf(join(MOUNT, 'memory', group), V1, read));
    })
    .filter((memory) => memory !== undefined);
}

interface Names {
  limit: string;
  used: string;
  droppable: string;
}
const V2: Names = { limit: 'memory.max', used: 'memory.current', droppable: 'inactive_file' };
const V1: Names = { limit: 'memory.limit_in_bytes', used: 'memory.usage_in_bytes', droppable: 'total_inactive_file' };

/** A limit of version 1 that means none. */
const UNLIMITED_BYTES = 2 ** 60;

function limitOf(group: string, names: Names, read: (path: string) => string): Memory | undefined {
  const total = Number(read(join(group, names.limit)).trim() || Number.NaN); // `max` is no number either
  const used = Number(read(join(group, names.used)).trim() || Number.NaN);
  if (!Number.isFinite(total) || !Number.isFinite(used) || total >= UNLIMITED_BYTES) return undefined;
  const statistics = read(join(group, 'memory.stat'));
  const droppable = Number(new RegExp(`^${names.droppable} (\\d+)$`, 'm').exec(statistics)?.[1] ?? 0);
  return { free: Math.max(0, total - Math.max(0, used - droppable)), total };
}

/** `/a/b`, `/a`, `/`: in a container the file system shows the container's own group as the root. */
function groupsUp(path: string): string[] {
  const parts = path.split('/').filter(Boolean);
  return [...parts.map((_, at) => parts.slice(0, parts.length - at).join('/')), ''];
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // another system, or another version of control groups
  }
}
