import { readdir, readFile } from 'node:fs/promises';

/** A process may fork while the list is read, so the list is read again until nothing is found. */
const ROUNDS_MAX = 20;

/**
 * Kills every process whose environment holds `NAME=value`: what left its process group and has no PID namespace around it.
 * Best effort, and only where the system has `/proc`; a process that cleared its environment is not found.
 */
export async function killMarked(name: string, value: string): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const found = await marked(`${name}=${value}`);
    if (found.length === 0) return;
    for (const pid of found) kill(pid);
  }
}

async function marked(entry: string): Promise<number[]> {
  const names = await readdir('/proc').catch(() => []); // another system
  const found = await Promise.all(
    names.map(Number).map(async (pid) => {
      if (!Number.isInteger(pid) || pid === process.pid) return [];
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''); // gone, or another user's
      return environment.split('\0').includes(entry) ? [pid] : [];
    }),
  );
  return found.flat();
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
