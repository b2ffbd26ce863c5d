import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import { writeWhole } from './write-whole.ts';

const TOKEN = /^[\w-]{43}$/;
/** Bits of a file's mode that let anybody but its owner in. */
const OTHERS = 0o077;

/**
 * The token of a data directory, made at its first start and kept (0600), so that an open page finds its server again after a restart.
 * @throws {FusionError} `data_directory_unusable` when others can read it or it is damaged
 */
export async function accessToken(dataDir: string): Promise<string> {
  const path = join(dataDir, 'token');
  const kept = await readFile(path, 'utf8').catch(() => undefined);
  if (kept === undefined) return await makeToken(path);
  const { mode } = await stat(path);
  if (mode & OTHERS) {
    throw new FusionError('data_directory_unusable', `${path} can be read by others`, {
      remedy: `Delete ${path}; the next start makes a new token.`,
    });
  }
  if (!TOKEN.test(kept)) {
    throw new FusionError('data_directory_unusable', `${path} holds no token`, {
      remedy: `Delete ${path}; the next start makes a new token.`,
    });
  }
  return kept;
}

async function makeToken(path: string): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await writeWhole(path, token);
  return token;
}
