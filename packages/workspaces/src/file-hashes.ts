import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FileChange } from '@fusion-kit/domain/receipt';

/** Every file and symbolic link below a directory with the hash of what it holds. */
export type FileHashes = Record<string, string>;

/** Hashes a directory without following links; what is neither file nor link (sockets, pipes) is left out. */
export async function hashFiles(directory: string): Promise<FileHashes> {
  const hashes: FileHashes = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) hashes[relative(directory, path)] = `link ${await readlink(path)}`;
    else if (entry.isFile()) hashes[relative(directory, path)] = await hashFile(path);
  }
  return hashes;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  // The agent may still be at work: a file that became a link or a pipe since it was listed is refused, or read as empty.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  await pipeline(file.createReadStream(), hash);
  return hash.digest('hex');
}

/** What is different, in the order of the paths. Pure. */
export function changesSince(before: FileHashes, now: FileHashes): FileChange[] {
  const changes: FileChange[] = [];
  for (const path of [...new Set([...Object.keys(before), ...Object.keys(now)])].toSorted()) {
    if (before[path] === now[path]) continue;
    const change = before[path] === undefined ? 'added' : now[path] === undefined ? 'deleted' : 'modified';
    changes.push({ path, change });
  }
  return changes;
}
