import { join } from 'node:path';
import { PROJECTION_VERSION } from '@fusion-kit/domain/entry';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Journal, JournalFaults } from '@fusion-kit/domain/ports/journal';
import type { RowWrite } from '@fusion-kit/domain/row';
import { type Archive, openArchive } from '../archive/archive.ts';
import { type ArchiveStep, SEGMENT_BOUNDS, type SegmentBounds } from '../archive/write-segment.ts';
import { Archiver } from './archiver.ts';
import { catchUp } from './catch-up.ts';
import { Connection } from './connection.ts';
import { lockDirectory } from './data-directory.ts';
import { migrate, refuseNewer } from './migrate.ts';
import { type Migration, MIGRATIONS } from './migrations.ts';
import { replaceRows } from './rebuild.ts';
import { LAST_SEQ, SqliteJournal } from './sqlite-journal.ts';
import { fileStateRows, memoryStateRows, type StateRow } from './state-rows.ts';
import { openFailure } from './troubles.ts';

const READERS = 2;
/** SQLite's number for FULL: a commit is synced before it is acknowledged. */
const FULL = 2;

/** With pages of 8 kB a checkpoint comes every 16 MB, so that few commits wait for one. */
const WRITER_PRAGMAS = [
  'page_size = 8192',
  'journal_mode = wal',
  'synchronous = full',
  // Only macOS knows it: there a plain fsync stops at the drive's own cache.
  'fullfsync = on',
  'checkpoint_fullfsync = on',
  'wal_autocheckpoint = 2000',
  `journal_size_limit = ${64 * 1024 * 1024}`,
];

export interface SqliteJournalOptions {
  /** The data directory, made when it is missing; `:memory:` for a journal that ends with its closing. */
  directory: string;
  /** What `evolve` makes at present. Default `PROJECTION_VERSION`. */
  projectionVersion?: number;
  /** The schema. Default the one of this release. */
  migrations?: readonly Migration[];
  faults?: JournalFaults;
  /** How long rows may be behind their events, in milliseconds. Default five seconds. */
  behindMs?: number;
  /** How large the segments of the archive become. */
  segments?: Partial<SegmentBounds>;
  /** Called between the steps of archiving, for tests that end the process there. */
  onArchiveStep?: (step: ArchiveStep) => void;
}

export interface OpenedSqliteJournal {
  journal: Journal;
  /** Number of the last event when it was opened. */
  head: number;
  /** Made with the data and never changed: tells two data directories apart. */
  dataId: string;
  /** As the writing connection says it, not as it was told. */
  synchronous: 'full';
  /** The file that keeps the data as it was before its schema was changed by this opening. */
  backup: string | undefined;
  /** The rows were made by another `evolve` and must be replaced before the first append. */
  rebuildNeeded: boolean;
  /**
   * Puts the rows that these writes lead to in the place of all that are there, at once, and marks them as of today's projection.
   * @throws {FusionError} `version_conflict` when something was appended meanwhile
   */
  replaceRows: (batches: AsyncIterable<readonly RowWrite[]>) => Promise<void>;
  /** Every row by table and id in the order of their UTF-8 bytes, as of one moment; for the state hash. */
  stateRows: () => AsyncIterable<StateRow>;
}

/**
 * Opens the journal of a data directory and locks the directory for the life of this process.
 * @throws {FusionError} `journal_locked`, `journal_newer` (nothing was touched), `data_directory_unusable`, `journal_failed`
 */
export async function openSqliteJournal(options: SqliteJournalOptions): Promise<OpenedSqliteJournal> {
  const { directory, faults = {}, migrations = MIGRATIONS, projectionVersion = PROJECTION_VERSION } = options;
  const path = directory === ':memory:' ? undefined : join(directory, 'journal.db');
  const lock = path === undefined ? undefined : lockDirectory(directory);
  const writer = new Connection();
  const others = path === undefined ? [] : Array.from({ length: READERS }, () => new Connection());
  const readers = path === undefined ? [writer] : others;
  const parts = { writer, readers, faults, behindMs: options.behindMs, head: 0, release: () => lock?.release() };
  try {
    if (path !== undefined) refuseNewer(path, migrations.length);
    await writer.open(path ?? ':memory:', false, WRITER_PRAGMAS);
    const backup = await migrate(writer, { path, migrations, projectionVersion });
    await Promise.all(others.map((reader) => reader.open(path ?? '', true, [])));
    const found = await inspect(writer);
    const archived = path === undefined ? undefined : await openArchived(parts, { ...options, dataId: found.dataId });
    const journal = new SqliteJournal({ ...parts, head: found.head, archived });
    const rebuildNeeded = found.projectionVersion !== projectionVersion;
    if (!rebuildNeeded) await catchUp(journal, writer, { from: found.rowsSeq, head: found.head });
    return {
      journal,
      ...found,
      backup,
      rebuildNeeded,
      replaceRows: async (batches) => {
        await journal.caughtUp();
        await replaceRows(writer, batches, projectionVersion);
      },
      stateRows: async function* () {
        await journal.caughtUp();
        yield* path === undefined ? memoryStateRows(writer) : fileStateRows(path);
      },
    };
  } catch (thrown) {
    await new SqliteJournal(parts).close();
    throw openFailure(path ?? directory, thrown);
  }
}

/** The archive beside the database, with what a killed process had moved there deleted from the database. */
async function openArchived(
  { writer, readers }: { writer: Connection; readers: readonly Connection[] },
  { directory, dataId, segments, onArchiveStep = () => {} }: SqliteJournalOptions & { dataId: string },
): Promise<{ archive: Archive; archiver: Archiver }> {
  const archive = await openArchive(join(directory, 'archive'), dataId);
  const [reader = writer] = readers;
  const bounds = { ...SEGMENT_BOUNDS, ...segments };
  const archiver = new Archiver({ archive, dataId, reader, writer, bounds, onStep: onArchiveStep });
  await archiver.finish();
  return { archive, archiver };
}

const ask = (sql: string) => ({ sql, parameters: [] });

/** What the live connection says of itself and its data. */
async function inspect(writer: Connection) {
  const [[[synchronous] = []] = [], [[head] = []] = [], meta = []] = await writer.read([
    ask('pragma synchronous'),
    LAST_SEQ,
    ask('select key, value from meta'),
  ]);
  if (synchronous !== FULL)
    throw new FusionError('journal_failed', `synchronous is ${synchronous}, not FULL (${FULL})`);
  const values = new Map(meta.map(([key, value]) => [key, String(value)]));
  return {
    head: Number(head),
    synchronous: 'full' as const,
    dataId: values.get('data_id') ?? '',
    rowsSeq: Number(values.get('rows_seq')),
    projectionVersion: Number(values.get('projection_version')),
  };
}
