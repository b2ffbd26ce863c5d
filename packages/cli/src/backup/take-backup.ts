import { randomUUID } from 'node:crypto';
import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import { blobFiles, promisedDigest, segmentFiles } from '@fusion-kit/journals/kept-files';
import { copyDatabase, openFrozenJournal } from '@fusion-kit/journals/sqlite/frozen-journal';
import { syncPath } from '@fusion-kit/journals/sync-path';
import { storeFiles, storesIn } from '@fusion-kit/workspaces/store-files';
import { rowsHash } from '../recover/read-log.ts';
import { copyFile, describeFile, forEachFile, syncTree } from './copy-file.ts';
import { type BackedUpFile, type Manifest, MANIFEST, manifestOf } from './manifest.ts';
import { isPacked, pack } from './packed.ts';

/** What a person has configured. Keys, secrets and logins are not copied: who restores gives them anew. */
const CONFIGURATION = ['providers.json', 'limits.json', 'agents.json'];
/** Whoever has it may do everything that its owner may. */
const TOKEN = 'token';
const DATABASE = 'journal.db';

export interface BackupRequest {
  dataDir: string;
  /** A new file (`.tar`, `.tar.gz`, `.tgz`) or a new directory. */
  target: string;
  withToken: boolean;
  version: string;
}

export interface Backup {
  manifest: Manifest;
  bytes: number;
  /** Blobs that were damaged already and are not in it. */
  damagedBlobs: string[];
}

/**
 * Copies a data directory as of one moment, whether a server runs on it or not. The database goes first, so that everything its events name, which was
 * written before them and never changes, is there when its turn comes. The backup gets its name when it is whole and synced.
 * @throws {FusionError} `directory_not_empty`, `data_directory_unusable`, `journal_failed`
 */
export async function takeBackup(request: BackupRequest): Promise<Backup> {
  const { target } = request;
  if (await lstat(target).catch(() => undefined))
    throw new FusionError('directory_not_empty', `${target} is there already`, {
      remedy: 'Name a new file or directory.',
    });
  const unfinished = `${target}.unfinished-${randomUUID()}`;
  const packed = `${unfinished}.tar`;
  try {
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    const backup = await fill(unfinished, request);
    if (isPacked(target)) {
      await writeFile(packed, '', { mode: 0o600, flag: 'wx' }); // whatever tar would make of it
      await pack(unfinished, packed, target);
      await syncPath(packed);
    } else await syncTree(unfinished);
    await rename(isPacked(target) ? packed : unfinished, target);
    await syncPath(dirname(target));
    return backup;
  } catch (thrown) {
    if (thrown instanceof FusionError) throw thrown;
    throw new FusionError('data_directory_unusable', `the backup ${target} cannot be written: ${String(thrown)}`, {
      cause: thrown,
      remedy: 'Free disk space, or name another place.',
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
    await rm(packed, { force: true });
  }
}

async function fill(to: string, { dataDir, withToken, version }: BackupRequest): Promise<Backup> {
  const takenAt = new Date().toISOString();
  await copyDatabase(dataDir, join(to, DATABASE));
  const described = await describeDatabase(to);
  const files: BackedUpFile[] = [await describeFile(DATABASE, to)];
  const copyAll = async (paths: readonly string[]) => {
    const copied = await forEachFile(paths, (path) => copyIfThere(path, { from: dataDir, to }));
    files.push(...copied.filter((file) => file !== undefined));
  };
  await copyAll(await segmentFiles(dataDir, described.seq));
  await copyAll(await blobFiles(dataDir));
  for (const store of await storesIn(dataDir))
    for await (const group of storeFiles(join(dataDir, store))) await copyAll(group.map((file) => `${store}/${file}`));
  await copyAll([...CONFIGURATION, ...(withToken ? [TOKEN] : [])]);

  const damaged = files.filter(({ path, sha256 }) => (promisedDigest(path) ?? sha256) !== sha256);
  for (const { path } of damaged) await rm(join(to, path));
  const whole = files.filter((file) => !damaged.includes(file)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const manifest = manifestOf({ version, takenAt, withToken, ...described, files: whole });
  await writeFile(join(to, MANIFEST), `${JSON.stringify(manifest, undefined, 1)}\n`, { mode: 0o600, flush: true });
  const bytes = whole.reduce((sum, file) => sum + file.bytes, 0);
  return { manifest, bytes, damagedBlobs: damaged.map(({ path }) => path) };
}

/** Some files are gone when their turn comes, which then is as it should be. */
const copyIfThere = (path: string, copying: { from: string; to: string }): Promise<BackedUpFile | undefined> =>
  copyFile(path, copying).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return undefined;
    throw thrown;
  });

async function describeDatabase(directory: string) {
  const journal = await openFrozenJournal(directory);
  try {
    const { dataId, schema, projectionVersion, head: seq } = journal;
    return { dataId, schema, projectionVersion, seq, stateHash: await rowsHash(journal) };
  } finally {
    await journal.close();
  }
}
