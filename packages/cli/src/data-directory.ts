import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import { makeDirectory } from '@fusion-kit/journals/sync-path';
import type { World } from './call.ts';

/** Where everything that fusion-kit keeps lies: FUSION_KIT_HOME, else `~/.fusion-kit`. */
export const dataDirectoryOf = (world: Pick<World, 'env' | 'cwd'>): string =>
  resolve(world.cwd, world.env['FUSION_KIT_HOME'] || join(homedir(), '.fusion-kit'));

/**
 * Makes the data directory, readable by its owner only.
 * @throws {FusionError} `data_directory_unusable`
 */
export async function makeDataDirectory(path: string): Promise<void> {
  try {
    await makeDirectory(path);
  } catch (cause) {
    throw new FusionError('data_directory_unusable', `cannot make ${path}: ${(cause as Error).message}`, { cause });
  }
}
