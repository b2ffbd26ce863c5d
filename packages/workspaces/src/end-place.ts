import { listProcesses } from './processes.ts';

/** A process may fork while the list is read, so the list is read again until nothing is found. */
const ROUNDS_MAX = 20;

/**
 * Kills every process that was started for a place: what left its process group and has no PID namespace around it. Best effort: a process that
 * cleared its environment is not found.
 */
export async function endPlace(place: string): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const found = (await listProcesses())?.filter((each) => each.place === place) ?? [];
    if (found.length === 0) return;
    for (const { pid } of found) kill(pid);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
