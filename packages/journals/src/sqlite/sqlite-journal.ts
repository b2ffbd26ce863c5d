import type { Entry } from '@fusion-kit/domain/entry';
import { FusionError } from '@fusion-kit/domain/errors';
import type {
  Archived,
  Batch,
  EventFilter,
  Journal,
  JournalFaults,
  RowQuery,
  Snapshot,
} from '@fusion-kit/domain/ports/journal';
import type { Rows, Table } from '@fusion-kit/domain/row';
import { upcastEntry } from '@fusion-kit/domain/upcast';
import type { Archive } from '../archive/archive.ts';
import { type Archiver, BOUNDS } from './archiver.ts';
import { eventStep } from './batch.ts';
import type { Connection } from './connection.ts';
import { eventQuery, type EventRow } from './event-query.ts';
import type { Query, ResultRow, Write } from './protocol.ts';
import { rowQuery } from './row-query.ts';
import { ROWS_SEQ, RowsBehind } from './rows-behind.ts';
import { snapshotQuery } from './snapshot-query.ts';
import { appendFailure, journalFailure } from './troubles.ts';

export const LAST_SEQ: Query = { sql: 'select coalesce(max(seq), 0) from events', parameters: [] };

export interface SqliteJournalParts {
  writer: Connection;
  /** Where reads go, the least busy first; the writer itself when the journal is in memory. */
  readers: readonly Connection[];
  faults: JournalFaults;
  /** Number of the last event. */
  head: number;
  /** How long rows may be behind their events. */
  behindMs: number | undefined;
  /** What is archived, and who archives; a journal in memory has none. */
  archived?: { archive: Archive; archiver: Archiver } | undefined;
  /** Lets the data directory go, after all connections are closed. */
  release: () => void;
}

/** The log and its rows in SQLite. This thread makes and reads JSON; everything that touches the disk is in the others. Rows follow the log, which nobody who reads them can tell. */
export class SqliteJournal implements Journal {
  readonly #parts: SqliteJournalParts;
  readonly #behind: RowsBehind;
  readonly failed: Promise<never>;
  #closing: Promise<void> | undefined;
  readonly archive?: (before: number) => Promise<Archived>;

  constructor(parts: SqliteJournalParts) {
    this.#parts = parts;
    const { archived, writer, head, behindMs, faults } = parts;
    this.#behind = new RowsBehind(writer, head, { behindMs, faults: { delayCommitMs: faults.delayCommitMs ?? 0 } });
    this.failed = this.#behind.failed.catch((thrown: unknown) => Promise.reject(rowsFailure(thrown)));
    this.failed.catch(() => {});
    if (!archived) return;
    this.archive = async (before) => {
      this.#refuseClosed();
      return archived.archiver.archive(before);
    };
  }

  async append(batch: Batch): Promise<void> {
    const { writer, faults } = this.#parts;
    this.#refuseClosed();
    const guard = { ...LAST_SEQ, expected: batch.expected };
    try {
      await writer.write({ guard, steps: [eventStep(batch)], ...faultsOf(batch, faults) });
    } catch (thrown) {
      throw appendFailure(thrown);
    }
    this.#behind.put(batch.rows, batch.expected + batch.entries.length);
  }

  async readAfter(after: number, limit: number, filter: EventFilter = {}): Promise<Entry[]> {
    this.#refuseClosed();
    const archive = this.#parts.archived?.archive;
    for (;;) {
      const archivedTo = archive?.end ?? 0;
      // Begun before anything is waited for, so it sees the archive as it ends there.
      const old = !filter.newestFirst && after < archivedTo ? await archive?.readAfter(after, limit, filter) : [];
      const wanted = limit - (old?.length ?? 0);
      if (wanted === 0) return old ?? [];
      const [[[first = 0] = []] = [], found = []] = await this.#read([
        BOUNDS,
        eventQuery(after, wanted, filter, archivedTo),
      ]);
      // Events that were moved to the archive between the two looks are in neither of them.
      if (Number(first) > archivedTo + 1) continue;
      const kept = found.map((row) => entryOf(row as unknown as EventRow));
      if (!filter.newestFirst || kept.length === limit) return [...(old ?? []), ...kept];
      const below = after === 0 ? archivedTo + 1 : Math.min(after, archivedTo + 1);
      return [...kept, ...((await archive?.readAfter(below, limit - kept.length, filter)) ?? [])];
    }
  }

  async find<T extends Table>(query: RowQuery<T>): Promise<Rows[T][]> {
    const { table, ids, limit, ...narrower } = query;
    if (ids && Object.keys(narrower).length === 0) return this.#byId(table, ids, limit);
    if (this.#behind.concerns(table)) await this.caughtUp();
    return this.#found(query);
  }

  /** Rows that are named need not be written first: what waits of them is here. */
  async #byId<T extends Table>(table: T, ids: readonly string[], limit: number): Promise<Rows[T][]> {
    this.#refuseClosed();
    const kept: string[] = [];
    const rows: Rows[T][] = [];
    for (const id of new Set(ids)) {
      const waiting = this.#behind.waiting(table, id);
      if (waiting?.row) rows.push(JSON.parse(JSON.stringify(waiting.row)) as Rows[T]);
      else if (!waiting) kept.push(id);
    }
    if (kept.length > 0) rows.push(...(await this.#found({ table, ids: kept, limit })));
    return rows.toSorted((one, other) => (one.id < other.id ? -1 : 1)).slice(0, limit);
  }

  async #found<T extends Table>(query: RowQuery<T>): Promise<Rows[T][]> {
    const [found = []] = await this.#read([rowQuery(query)]);
    return found.map(([, body]) => JSON.parse(String(body)) as Rows[T]);
  }

  async snapshot(tables: readonly Table[]): Promise<Snapshot> {
    await this.caughtUp();
    const [[[seq = 0] = []] = [], ...found] = await this.#read([ROWS_SEQ, ...tables.map(snapshotQuery)]);
    const rows = tables.map((table, at) => [table, found[at]?.map(([body]) => JSON.parse(String(body)) as unknown)]);
    return { seq: Number(seq), rows: Object.fromEntries(rows) as Snapshot['rows'] };
  }

  /** Resolves when the rows of all committed batches are in the database. @throws {FusionError} `journal_failed` */
  async caughtUp(): Promise<void> {
    this.#refuseClosed();
    try {
      await this.#behind.caughtUp();
    } catch (thrown) {
      throw rowsFailure(thrown);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { readers, writer, release, archived } = this.#parts;
    try {
      await archived?.archiver.stop();
      await this.#behind.caughtUp().catch(() => {}); // the next opening folds them from the log
      // The writer goes last: the last connection to close puts the write-ahead log into the database.
      await Promise.all(readers.filter((reader) => reader !== writer).map((reader) => reader.close()));
      await writer.close();
    } finally {
      release();
    }
  }

  async #read(queries: readonly Query[]): Promise<ResultRow[][]> {
    this.#refuseClosed();
    const [first, ...others] = this.#parts.readers;
    const reader = others.reduce((least, other) => (other.load < (least?.load ?? 0) ? other : least), first);
    try {
      return (await reader?.read(queries)) ?? [];
    } catch (thrown) {
      throw journalFailure('the journal cannot be read', thrown);
    }
  }

  #refuseClosed(): void {
    if (this.#closing) throw new FusionError('journal_failed', 'the journal is closed');
  }
}

const rowsFailure = (thrown: unknown): FusionError => journalFailure('the rows cannot be written', thrown);

/** An event as it was kept, in today's form. */
export function entryOf([seq, at, event, keyed]: EventRow): Entry {
  return upcastEntry({ seq, at, event: JSON.parse(event), ...(keyed !== null && { keyed: JSON.parse(keyed) }) });
}

function faultsOf({ entries }: Batch, { failCommitAt, delayCommitMs }: JournalFaults): Partial<Write> {
  return {
    ...(delayCommitMs !== undefined && { delayCommitMs }),
    ...(failCommitAt !== undefined && { failCommit: entries.some(({ seq }) => seq === failCommitAt) }),
  };
}
