import { readdir, readFile, readlink } from 'node:fs/promises';
import { procStat } from '@fusion-kit/domain/proc-stat';

/** One process of this machine. */
export interface ProcessRow {
  pid: number;
  parent: number;
  /** Memory it has in use; pages that several processes share are counted for each. */
  rssBytes: number;
  /** Processor time of itself and of the children it has waited for, since it began. */
  cpuMs: number;
  /** Directories that tell whose it is: where it works, and the HOME it was started with. Empty where they cannot be read. */
  places: readonly string[];
}

/** All processes that can be seen; none where there is no `/proc`. */
export type ReadProcesses = () => Promise<readonly ProcessRow[]>;

interface Units {
  pageBytes: number;
  ticksPerSecond: number;
}

/** Keys of the auxiliary vector, `getauxval(3)`. */
const AT_PAGESZ = 6n;
const AT_CLKTCK = 17n;

/** Size of a page and of a tick as the kernel told this process when it began. */
async function readUnits(): Promise<Units> {
  const units: Units = { pageBytes: 4_096, ticksPerSecond: 100 };
  const vector = await readFile('/proc/self/auxv').catch(() => Buffer.alloc(0));
  for (let at = 0; at + 16 <= vector.length; at += 16) {
    const value = Number(vector.readBigUInt64LE(at + 8));
    if (vector.readBigUInt64LE(at) === AT_PAGESZ) units.pageBytes = value;
    if (vector.readBigUInt64LE(at) === AT_CLKTCK) units.ticksPerSecond = value;
  }
  return units;
}

/** The figures of `/proc/PID/stat`; undefined for what is none. Pure. */
export function parseStat(text: string, { pageBytes, ticksPerSecond }: Units): Omit<ProcessRow, 'places'> | undefined {
  const stat = procStat(text);
  if (!stat) return undefined;
  const at = (field: number): number => Number(stat(field));
  const ticks = at(14) + at(15) + at(16) + at(17);
  const pid = Number(text.slice(0, text.indexOf(' ')));
  const row = { pid, parent: at(4), rssBytes: at(24) * pageBytes, cpuMs: (ticks * 1_000) / ticksPerSecond };
  return Object.values(row).every(Number.isFinite) ? row : undefined;
}

/** Processes without memory of their own: threads of the kernel, and what has ended and was not waited for. */
const isHollow = ({ rssBytes }: { rssBytes: number }): boolean => rssBytes === 0;

/** Reads the processes of this machine from `/proc`. What ends meanwhile is left out. */
export function procTable(): ReadProcesses {
  let known: Promise<Units> | undefined;
  return async () => {
    const units = await (known ??= readUnits());
    const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
    const rows = await Promise.all(pids.map((pid) => readProcess(pid, units)));
    return rows.filter((row) => row !== undefined);
  };
}

async function readProcess(pid: string, units: Units): Promise<ProcessRow | undefined> {
  const row = parseStat(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''), units);
  if (!row) return undefined;
  if (isHollow(row)) return { ...row, places: [] };
  const [directory, environment] = await Promise.all([
    readlink(`/proc/${pid}/cwd`).catch(() => undefined),
    readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''), // it belongs to another user
  ]);
  const home = environment.split('\0').find((entry) => entry.startsWith('HOME='));
  return { ...row, places: [...(directory ? [directory] : []), ...(home ? [home.slice('HOME='.length)] : [])] };
}
