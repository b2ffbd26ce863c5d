import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { FusionError } from '@fusion-kit/domain/errors';
import { syncPath } from '../sync-path.ts';
import type { Connection } from './connection.ts';
import type { Migration } from './migrations.ts';
import type { Step } from './protocol.ts';
import { journalFailure, openFailure } from './troubles.ts';

/** SQLite's number for a database that was left in the midst of a transaction without a write-ahead log: it is undone before anybody reads. */
const READONLY_ROLLBACK = 776;

/**
 * Refuses data of a newer release without leaving a trace: a connection that may write would put the write-ahead log
 * into the database when it closes.
 * @throws {FusionError} `journal_newer`
 */
export function refuseNewer(path: string, known: number): void {
  if (!existsSync(path)) return;
  const beside = [`${path}-wal`, `${path}-shm`].filter((file) => !existsSync(file));
  let found: number;
  try {
    found = schemaOf(path, { readOnly: true });
  } catch (thrown) {
    // Cut off while the very first start made it: what was begun is undone, for which it has to be written.
    if (!(thrown instanceof Error && 'errcode' in thrown && thrown.errcode === READONLY_ROLLBACK))
      throw openFailure(path, thrown);
    found = schemaOf(path, { readOnly: false });
  }
  // A connection that may not write cannot take away what it had to put beside the database; nobody else has it open.
  for (const file of beside) rmSync(file, { force: true });
  if (found > known) {
    throw new FusionError('journal_newer', `${path} has schema ${found}; this fusion-kit knows ${known}`);
  }
}

function schemaOf(path: string, { readOnly }: { readOnly: boolean }): number {
  const database = new DatabaseSync(path, { readOnly });
  try {
    return Number(database.prepare('pragma user_version').get()?.['user_version']);
  } finally {
    database.close();
  }
}

export interface Migrating {
  /** Undefined for a journal in memory, which has nothing to keep. */
  path: string | undefined;
  migrations: readonly Migration[];
  projectionVersion: number;
}

/** Brings the schema up to date in one transaction; answers the file that keeps the data as it was, if there was any. */
export async function migrate(writer: Connection, options: Migrating): Promise<string | undefined> {
  const { path, migrations, projectionVersion } = options;
  const [[found] = []] = await writer.readOne({ sql: 'pragma user_version', parameters: [] });
  const version = Number(found);
  if (version === migrations.length) return undefined;
  try {
    const backup = version > 0 && path !== undefined ? await keepBackup(writer, path, version) : undefined;
    const steps: Step[] = migrations.slice(version).flatMap((statements) => statements.map(statement));
    if (version === 0) {
      const values = ['data_id', randomUUID(), 'projection_version', String(projectionVersion)];
      steps.push({ sql: 'insert into meta (key, value) values (?, ?)', width: 2, values });
    }
    await writer.write({ steps: [...steps, statement(`pragma user_version = ${migrations.length}`)] });
    return backup;
  } catch (thrown) {
    throw journalFailure(`the journal cannot be brought from schema ${version} to ${migrations.length}`, thrown);
  }
}

const statement = (sql: string): Step => ({ sql, width: 0, values: [] });

async function keepBackup(writer: Connection, path: string, version: number): Promise<string> {
  const backup = `${path}.v${version}.backup`;
  const unfinished = `${backup}.unfinished`;
  rmSync(unfinished, { force: true });
  await writer.run(`vacuum into '${unfinished.replaceAll("'", "''")}'`);
  // VACUUM INTO leaves its file to the operating system's cache.
  await syncPath(unfinished);
  renameSync(unfinished, backup);
  return backup;
}
