import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncPath } from '@fusion-kit/journals/sync-path';
import type { BackedUpFile } from './manifest.ts';

const CHUNK_BYTES = 1024 * 1024;
const AT_ONCE = 16;

export interface Copying {
  from: string;
  to: string;
}

/**
 * Copies a file below one directory to the same place below another, synced, for its owner only. Its size and digest are those of what was written.
 * @throws the system's error, ENOENT among them
 */
export async function copyFile(path: string, { from, to }: Copying): Promise<BackedUpFile> {
  const source = await open(join(from, path), 'r');
  try {
    await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 });
    const target = await open(join(to, path), 'wx', 0o600);
    try {
      const hash = createHash('sha256');
      const bytes = await pour(source, hash, target);
      await target.sync();
      return { path, bytes, sha256: hash.digest('hex') };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function pour(source: FileHandle, hash: Hash, target?: FileHandle): Promise<number> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let bytes = 0; ;) {
    const { bytesRead } = await source.read(chunk, 0, CHUNK_BYTES);
    if (bytesRead === 0) return bytes;
    const piece = chunk.subarray(0, bytesRead);
    hash.update(piece);
    await target?.writeFile(piece);
    bytes += bytesRead;
  }
}

/** Size and digest of a file that is there already. */
export async function describeFile(path: string, directory: string): Promise<BackedUpFile> {
  const source = await open(join(directory, path), 'r');
  try {
    const hash = createHash('sha256');
    const bytes = await pour(source, hash);
    return { path, bytes, sha256: hash.digest('hex') };
  } finally {
    await source.close();
  }
}

/** Does the same for many files, some at a time; answers in their order. */
export async function forEachFile<T>(paths: readonly string[], work: (path: string) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  const left = paths.entries();
  const worker = async () => {
    for (const [at, path] of left) results[at] = await work(path);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** Waits until the names in a directory and in all below it are on the disk. */
export async function syncTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const below = entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  await forEachFile([...below, directory], syncPath);
}
