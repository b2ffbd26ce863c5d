import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FusionError } from '@fusion-kit/domain/errors';
import { isBusy, openFailure } from './troubles.ts';

/** A data directory that nobody else can open while this is held. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Makes the directory (for its owner only) where it is missing, and locks it for as long as this process lives: the
 * operating system drops the lock of a killed process.
 * @throws {FusionError} `data_directory_unusable`; `journal_locked` at once while another holds it, in this process too
 */
export function lockDirectory(directory: string): DirectoryLock {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new FusionError('data_directory_unusable', `${directory} cannot be made`, { cause: thrown });
  }
  const path = join(directory, 'lock.db');
  let held: DatabaseSync | undefined;
  try {
    held = new DatabaseSync(path, { timeout: 0 });
    held.exec('begin exclusive');
  } catch (thrown) {
    held?.close();
    if (thrown instanceof Error && 'errcode' in thrown && isBusy(Number(thrown.errcode))) {
      throw new FusionError('journal_locked', `${directory} is in use`, { cause: thrown });
    }
    throw openFailure(path, thrown);
  }
  const lock = held;
  return { release: () => lock.close() };
}
