import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** How long what was put aside can still be looked at. Its commits are in the project store anyway. */
export const TRASH_KEPT_MS = 3 * 24 * 3_600_000;

/**
 * Deletes what has lain in the trash for longer than that. Called when nobody else has the data directory.
 * @param now milliseconds since 1970
 */
export async function emptyTrash(root: string, now: number): Promise<void> {
  const trash = join(root, 'trash');
  const names = await readdir(trash).catch(() => []); // nothing was ever put aside
  for (const name of names) {
    const path = join(trash, name);
    const { ctimeMs } = await stat(path); // renaming it to the trash changed it last
    if (now - ctimeMs > TRASH_KEPT_MS) await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}
