import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '@fusion-kit/domain/entry';
import { FusionError } from '@fusion-kit/domain/errors';
import { type Archive, openArchive } from '../archive/archive.ts';
import { syncPath } from '../sync-path.ts';
import { BOUNDS } from './archiver.ts';
import { Connection } from './connection.ts';
import { eventQuery, type EventRow } from './event-query.ts';
import { MIGRATIONS } from './migrations.ts';
import { entryOf } from './sqlite-journal.ts';
import { type StateRow, stateRowsOf } from './state-rows.ts';
import { journalFailure } from './troubles.ts';

/** A journal as it is at one moment, whether a server works on it or not. Nothing is changed and nobody is held up. */
export interface FrozenJournal {
  dataId: string;
  schema: number;
  projectionVersion: number;
  /** Numbers of the first and the last event in the database, both 0 when there is none. */
  first: number;
  head: number;
  /** Number of the event as of which the rows are. */
  rowsSeq: number;
  /** @throws {FusionError} `journal_failed` when segments of it are missing or damaged */
  archive: () => Promise<Archive>;
  /** Events after a number, from archive and database. @throws {FusionError} `journal_failed` naming what cannot be read */
  readAfter: (after: number, limit: number) => Promise<Entry[]>;
  /** Every row by table and id, for the state hash. */
  stateRows: () => AsyncIterable<StateRow>;
  /** What SQLite finds wrong with the file; empty when it is sound. */
  integrity: () => Promise<string[]>;
  close: () => Promise<void>;
}

const WRONGS_MAX = 20;
const ask = (sql: string) => ({ sql, parameters: [] });
const databaseOf = (directory: string): string => join(directory, 'journal.db');

function requireDatabase(directory: string): string {
  const path = databaseOf(directory);
  if (existsSync(path)) return path;
  throw new FusionError('data_directory_unusable', `${directory} holds no data of fusion-kit: ${path} is missing`, {
    remedy: 'Name the data directory by FUSION_KIT_HOME.',
  });
}

/**
 * Opens the journal of a data directory as it is now.
 * @throws {FusionError} `data_directory_unusable` when there is none; `journal_newer`; `journal_failed` when it cannot be read
 */
export async function openFrozenJournal(directory: string): Promise<FrozenJournal> {
  const path = requireDatabase(directory);
  const connection = new Connection();
  try {
    await connection.open(path, false, ['query_only = on']);
    await connection.run('begin');
    const found = await describe(connection, path);
    let opening: Promise<Archive> | undefined;
    const archive = () => (opening ??= openArchive(join(directory, 'archive'), found.dataId, { readOnly: true }));
    return {
      ...found,
      archive,
      readAfter: async (after, limit) => {
        const archived = await archive();
        const old = after < archived.end ? await archived.readAfter(after, limit) : [];
        const wanted = limit - old.length;
        const kept = wanted > 0 ? await reading(connection.readOne(eventQuery(after, wanted, {}, archived.end))) : [];
        // What was archived since may have been appended since.
        return [...old, ...kept.map((row) => entryOf(row as unknown as EventRow))].filter(
          ({ seq }) => seq <= found.head,
        );
      },
      stateRows: () => stateRowsOf(connection),
      integrity: async () => {
        const wrongs = await connection.readOne(ask(`pragma integrity_check(${WRONGS_MAX})`)).catch(
          (thrown: unknown) => [[String(thrown)]], // too damaged for the check itself
        );
        return wrongs.map(([wrong]) => String(wrong)).filter((wrong) => wrong !== 'ok');
      },
      close: () => connection.close(),
    };
  } catch (thrown) {
    await connection.close();
    throw journalFailure(`${path} cannot be read`, thrown);
  }
}

async function describe(connection: Connection, path: string) {
  const [[schema = 0] = []] = await connection.readOne(ask('pragma user_version'));
  if (Number(schema) > MIGRATIONS.length)
    throw new FusionError('journal_newer', `${path} has schema ${schema}; this fusion-kit knows ${MIGRATIONS.length}`);
  const meta = new Map(
    (await connection.readOne(ask('select key, value from meta'))).map(([key, value]) => [key, String(value)]),
  );
  const [[first = 0, head = 0] = []] = await connection.readOne(BOUNDS);
  return {
    schema: Number(schema),
    dataId: meta.get('data_id') ?? '',
    projectionVersion: Number(meta.get('projection_version')),
    first: Number(first),
    head: Number(head),
    rowsSeq: Number(meta.get('rows_seq') ?? head),
  };
}

const reading = async <T>(read: Promise<T>): Promise<T> => {
  try {
    return await read;
  } catch (thrown) {
    throw journalFailure('the database cannot be read', thrown);
  }
};

/**
 * Copies the database of a data directory to a new file, as of one moment and synced. Whoever writes goes on writing.
 * @throws {FusionError} `data_directory_unusable`, `journal_failed`
 */
export async function copyDatabase(directory: string, target: string): Promise<void> {
  const path = requireDatabase(directory);
  const connection = new Connection();
  try {
    await connection.open(path, false, []);
    await connection.run(`vacuum into '${target.replaceAll("'", "''")}'`);
    // VACUUM INTO leaves its file to the operating system's cache.
    await syncPath(target);
  } catch (thrown) {
    throw journalFailure(`${path} cannot be copied`, thrown);
  } finally {
    await connection.close();
  }
}
