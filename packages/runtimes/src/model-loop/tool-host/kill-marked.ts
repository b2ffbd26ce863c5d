import { readdir, readFile } from 'node:fs/promises';

/** A process may fork while the list is read, so the list is read again until nothing is found. */
const ROUNDS_MAX = 20;

/**
 * Kills every process whose environment holds `NAME=value`: what left its process group and has no PID namespace around it.
 * Best effort, and only where the system has `/proc`; a process that cleared its environment is not found.
 */
export async function killMarked(name: string, value: string): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const found = await marked(`${name}=${value}`);
    for (const pid of found) kill(pid);
    if (found.length === 0) return;
  }
}

async function marked(entry: string): Promise<number[]> {
  const entries = await readdir('/proc').catch(() => []);
  const others = entries.map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  const carry = await Promise.all(others.map(async (pid) => (await environmentOf(pid)).includes(entry)));
  return others.filter((_, at) => carry[at]);
}

const environmentOf = async (pid: number): Promise<string[]> =>
  (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).split('\0');

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
