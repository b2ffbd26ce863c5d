import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncPath } from '../sync-path.ts';

/**
 * Makes folders below a directory, for their owner only. Each is made and its name synced once, however many ask for what lies below it at once; to sync a
 * directory takes a disk several milliseconds.
 *
 * @param top made with all above it
 */
export function folders(top: string): (path: string) => Promise<void> {
  /** Folders whose own names are on the disk, or about to be. */
  const known = new Map<string, Promise<void>>();

  const make = async (path: string): Promise<void> => {
    if (path !== top) await made(dirname(path));
    await mkdir(path, { recursive: true, mode: 0o700 });
    await syncPath(dirname(path));
  };

  function made(path: string): Promise<void> {
    const before = known.get(path);
    if (before) return before;
    const making = make(path);
    known.set(path, making);
    making.catch(() => known.delete(path));
    return making;
  }
  return made;
}
