import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import { syncPath } from '../sync-path.ts';
import { blobOf, digitsOf, unknownBlob } from './digest.ts';
import { folders } from './folders.ts';

/**
 * Blobs as files named by their digest, below two levels of directories. A file appears under its name only when it is
 * whole and synced; files are 0600, directories 0700.
 *
 * @param directory made when it is missing
 */
export function fileBlobs(directory: string): Blobs {
  const made = folders(directory);
  const folderOf = (digits: string) => join(directory, digits.slice(0, 2), digits.slice(2, 4));

  return {
    async put(text) {
      const { bytes, ref } = blobOf(text);
      try {
        const digits = digitsOf(ref.blob);
        const folder = folderOf(digits);
        await made(folder);
        await keep(folder, digits, bytes);
      } catch (thrown) {
        throw new FusionError('journal_failed', `${directory} cannot keep a blob`, { cause: thrown });
      }
      return ref;
    },

    async get(blob) {
      const digits = digitsOf(blob);
      const path = join(folderOf(digits), digits);
      const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
        throw unknownBlob(blob, thrown);
      });
      if (blobOf(text).ref.blob !== blob) throw unknownBlob(blob, new Error(`${path} has another digest`));
      return text;
    },
  };
}

async function keep(folder: string, name: string, bytes: Buffer): Promise<void> {
  const target = join(folder, name);
  const found = await readFile(target).catch(() => undefined);
  if (!found?.equals(bytes)) await writeWhole(join(folder, `.${randomUUID()}`), target, bytes);
  // Also when the file was there: whoever renamed it may not have come as far as this.
  await syncPath(folder);
}

async function writeWhole(unfinished: string, target: string, bytes: Buffer): Promise<void> {
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, target);
  } catch (thrown) {
    await rm(unfinished, { force: true });
    throw thrown;
  }
}
