import { rm } from 'node:fs/promises';
import { runCommand } from './command.ts';

/** Removes a directory also where what ran in it took the right to write from directories, as some package caches do. */
export async function removeAll(place: string): Promise<void> {
  try {
    await rm(place, { recursive: true, force: true });
  } catch {
    const line = { command: '/bin/chmod', args: ['-R', 'u+rwX', place], env: {}, cwd: '/' };
    await runCommand(line, { timeoutMs: 60_000 });
    await rm(place, { recursive: true, force: true });
  }
}
