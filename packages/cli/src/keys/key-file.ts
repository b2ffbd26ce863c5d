import { chmod, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import { makeDirectory } from '@fusion-kit/journals/sync-path';
import * as z from 'zod';
import { writeWhole } from '../write-whole.ts';

/** Bits of a mode that let anybody but the owner in. */
const OTHERS = 0o077;
const Keys = z.record(z.string(), z.string().min(1));

/** Where keys lie that no keyring takes: a file for its owner alone, in a directory for its owner alone. */
export const keyFileOf = (dataDir: string): string => join(dataDir, 'keys', 'keys.json');

/**
 * The keys in the file, by provider; none when there is no file.
 * @throws {FusionError} `keys_unsafe` when others may read it, or it is damaged
 */
export async function readKeyFile(path: string): Promise<Readonly<Record<string, string>>> {
  const directory = dirname(path);
  for (const [place, mode] of [
    [directory, '700'],
    [path, '600'],
  ] as const) {
    const found = await stat(place).catch(() => undefined);
    if (!found) return {};
    if (found.mode & OTHERS || found.uid !== process.getuid?.()) {
      throw new FusionError('keys_unsafe', `${place} can be read or replaced by others`, {
        remedy: `If its keys may have been seen, make new ones at the providers. Then: chmod ${mode} ${place}`,
      });
    }
  }
  const keys = Keys.safeParse(parsedJson(await readFile(path, 'utf8')));
  if (keys.success) return keys.data;
  // What the file holds is not quoted: it may be a key.
  throw new FusionError('keys_unsafe', `${path} is damaged`, {
    remedy: `Delete ${path} and set again what it held.`,
  });
}

/** @param key undefined: takes it away @throws {FusionError} `keys_unsafe` */
export async function writeKeyFile(path: string, id: string, key: string | undefined): Promise<void> {
  const { [id]: _before, ...others } = await readKeyFile(path);
  await makeDirectory(dirname(path));
  await chmod(dirname(path), 0o700); // whatever the umask says
  await writeWhole(path, `${JSON.stringify({ ...others, ...(key !== undefined && { [id]: key }) }, null, 2)}\n`);
}
