import { readFileSync } from 'node:fs';
import { procStat } from '@fusion-kit/domain/proc-stat';
import type { ProcessSign } from '@fusion-kit/domain/task';

/** A process that cannot be mistaken for a later one with the same number. `start` is when it started, as the system tells it; absent where it does not. */
export interface KnownProcess {
  pid: number;
  start?: string | undefined;
}

/** Remembers a process that has just been started. */
export const knownProcess = (pid: number): KnownProcess => {
  const stat = statOf(pid);
  return { pid, ...(typeof stat === 'object' && { start: stat.start }) };
};

/** Whether a process is alive, as far as can be told: where its start cannot be compared, one with its number may be another. */
export function signOf({ pid, start }: KnownProcess): Exclude<ProcessSign, 'none'> {
  const stat = statOf(pid);
  if (stat === 'gone' || (stat === 'unreadable' && !exists(pid))) return 'dead';
  if (stat === 'unreadable' || start === undefined) return 'unknown';
  return stat.start === start && stat.state !== 'Z' && stat.state !== 'X' ? 'alive' : 'dead';
}

function statOf(pid: number): { state: string; start: string } | 'gone' | 'unreadable' {
  try {
    const stat = procStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return stat ? { state: stat(3), start: stat(22) } : 'unreadable';
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    return code === 'ESRCH' || (code === 'ENOENT' && HAS_PROC) ? 'gone' : 'unreadable';
  }
}

/** Elsewhere than on Linux no process has a file, dead or alive. */
const HAS_PROC = process.platform === 'linux';

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
