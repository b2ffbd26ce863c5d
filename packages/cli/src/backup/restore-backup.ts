import { randomUUID } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import { firstFew } from '@fusion-kit/domain/first-few';
import { makeDirectory, syncPath } from '@fusion-kit/journals/sync-path';
import { openFrozenJournal } from '@fusion-kit/journals/sqlite/frozen-journal';
import { readLog } from '../recover/read-log.ts';
import { missingFromStores } from '../recover/stores.ts';
import { copyFile, forEachFile, syncTree } from './copy-file.ts';
import { type BackedUpFile, type Manifest, readManifest } from './manifest.ts';
import { isPacked, unpack } from './packed.ts';

const FILES_NAMED = 5;

export interface Restored {
  manifest: Manifest;
  /** What was missing already when the backup was taken. */
  warnings: string[];
}

/**
 * Makes a data directory of a backup. It is checked whole before it gets its name: every file by its digest, the log by folding it.
 * @param home a new or empty directory
 * @throws {FusionError} `backup_invalid`, `journal_newer`, `directory_not_empty`, `data_directory_unusable`
 */
export async function restoreBackup(from: string, home: string): Promise<Restored> {
  await requireEmpty(home);
  const parent = dirname(resolve(home));
  const restoring = `${resolve(home)}.restoring-${randomUUID()}`;
  let unpacked: string | undefined;
  try {
    await makeDirectory(parent);
    await mkdir(restoring, { mode: 0o700 });
    if (isPacked(from)) {
      unpacked = await mkdtemp(join(parent, '.fusion-kit-unpacked-'));
      await unpack(from, unpacked);
    }
    const source = unpacked ?? from;
    const manifest = await readManifest(source);
    await copyChecked(manifest.files, source, restoring);
    const warnings = await checkLog(manifest, restoring);
    await syncTree(restoring);
    await rename(restoring, home);
    await syncPath(parent);
    return { manifest, warnings };
  } catch (thrown) {
    if (thrown instanceof FusionError) throw thrown;
    throw new FusionError('data_directory_unusable', `${home} cannot be written: ${String(thrown)}`, { cause: thrown });
  } finally {
    await rm(restoring, { recursive: true, force: true });
    if (unpacked) await rm(unpacked, { recursive: true, force: true });
  }
}

async function requireEmpty(home: string): Promise<void> {
  const names = await readdir(home).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return [];
    throw new FusionError('directory_not_empty', `${home} is no directory that can be used: ${thrown.message}`, {
      cause: thrown,
    });
  });
  if (names.length > 0)
    throw new FusionError('directory_not_empty', `${home} is not empty: it holds ${names.slice(0, 3).join(', ')}`);
}

/** Copies what the manifest names, and refuses what is not as it says; what it does not name is left behind. */
async function copyChecked(files: readonly BackedUpFile[], from: string, to: string): Promise<void> {
  const wrong: string[] = [];
  const byPath = new Map(files.map((file) => [file.path, file]));
  await forEachFile([...byPath.keys()], async (path) => {
    const isFile = (await lstat(join(from, path)).catch(() => undefined))?.isFile() ?? false;
    const copied = isFile ? await copyFile(path, { from, to }) : undefined;
    const { bytes, sha256 } = byPath.get(path) ?? {};
    if (!copied) wrong.push(`${path} is missing`);
    else if (copied.bytes !== bytes || copied.sha256 !== sha256) wrong.push(`${path} is damaged`);
  });
  if (wrong.length === 0) return;
  throw new FusionError('backup_invalid', `${from} is not whole: ${firstFew(wrong, FILES_NAMED)}`, {
    details: { files: wrong.toSorted() },
  });
}

/**
 * Folds the log anew and compares it with the rows and the manifest. Answers what is wrong beside that: it was so when the backup was taken.
 * @throws {FusionError} `backup_invalid`
 */
async function checkLog(manifest: Manifest, directory: string): Promise<string[]> {
  const journal = await openFrozenJournal(directory);
  try {
    const { broken, logHash, rowsHash, commits } = await readLog(journal);
    if (broken) throw unfit(`its log cannot be read: ${broken.message}`);
    if (journal.head !== manifest.seq || journal.dataId !== manifest.dataId)
      throw unfit(`its database ends with event ${journal.head} instead of ${manifest.seq}, or is of other data`);
    if (rowsHash !== manifest.stateHash) throw unfit('its rows are not those that were backed up');
    if (logHash !== undefined && logHash !== rowsHash) throw unfit('its log does not lead to its rows');
    return await missingFromStores(directory, commits);
  } finally {
    await journal.close();
  }
}

const unfit = (why: string): FusionError => new FusionError('backup_invalid', `the backup cannot be used: ${why}`);
