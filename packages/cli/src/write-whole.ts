import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncPath } from '@fusion-kit/journals/sync-path';

/**
 * Writes a file of the data directory, for its owner only, whole or not at all: whoever reads it after a kill or a power cut finds what was there before, or
 * this. When it resolves, it is on the disk under its name.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, { force: true }); // of a process that was killed; it may have had another mode
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.chmod(0o600); // whatever the umask says
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncPath(dirname(path));
}
