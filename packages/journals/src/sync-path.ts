import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Waits until a file's content, or the names in a directory, are on the disk. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes a directory, and those above it, for their owner only. When it resolves, their names are on the disk, also where a process that was killed
 * had made them and come no further.
 */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  for (let made = path; ; made = dirname(made)) {
    await syncPath(dirname(made));
    if (first === undefined || made === first || made === dirname(made)) return;
  }
}
