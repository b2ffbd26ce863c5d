import { lstatSync, type Stats } from 'node:fs';

/** What lies at a path, links not followed; nothing when nothing does, also because a file is in the way. */
export function entryAt(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (thrown) {
    if (['ENOENT', 'ENOTDIR'].includes((thrown as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw thrown;
  }
}
