import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { rangeOf } from './archive/segment-name.ts';

/** Paths are from the data directory, with slashes. */
const below = (directory: string, path: string): string => relative(directory, path).split(sep).join('/');

/** The segments of the archive that end before a number. Newer ones hold events that a copy of the database as of that number has itself. */
export async function segmentFiles(directory: string, before: number): Promise<string[]> {
  const names = await readdir(join(directory, 'archive')).catch(() => []); // nothing was ever archived
  return names.filter((name) => (rangeOf(name)?.last ?? Infinity) < before).map((name) => `archive/${name}`);
}

const BLOB = /^blobs\/([0-9a-f]{2})\/([0-9a-f]{2})\/(\1\2[0-9a-f]{60})$/;

/** The blobs of a data directory; files that are being written are not among them. */
export async function blobFiles(directory: string): Promise<string[]> {
  const files = await readdir(join(directory, 'blobs'), { recursive: true, withFileTypes: true }).catch(() => []);
  return files
    .filter((file) => file.isFile())
    .map((file) => below(directory, join(file.parentPath, file.name)))
    .filter((path) => BLOB.test(path));
}

/** The sha256 that a path of `blobFiles` promises, as hex. Pure. */
export const promisedDigest = (path: string): string | undefined => BLOB.exec(path)?.[3];
