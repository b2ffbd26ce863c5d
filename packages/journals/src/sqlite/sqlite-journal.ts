import type { Entry } from '@fusion-kit/domain/entry';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Batch, EventFilter, Journal, JournalFaults, RowQuery, Snapshot } from '@fusion-kit/domain/ports/journal';
import type { Rows, Table } from '@fusion-kit/domain/row';
import { upcastEntry } from '@fusion-kit/domain/upcast';
import { batchSteps } from './batch.ts';
import type { Connection } from './connection.ts';
import { eventQuery, type EventRow } from './event-query.ts';
import type { Query, ResultRow, Write } from './protocol.ts';
import { rowQuery } from './row-query.ts';
import { snapshotQuery } from './snapshot-query.ts';
import { appendFailure, journalFailure } from './troubles.ts';

export const LAST_SEQ: Query = { sql: 'select coalesce(max(seq), 0) from events', parameters: [] };

export interface SqliteJournalParts {
  writer: Connection;
  /** Where reads go, the least busy first; the writer itself when the journal is in memory. */
  readers: readonly Connection[];
  faults: JournalFaults;
  /** Lets the data directory go, after all connections are closed. */
  release: () => void;
}

/** The log and its rows in SQLite. This thread makes and reads JSON; everything that touches the disk is in the others. */
export class SqliteJournal implements Journal {
  readonly #parts: SqliteJournalParts;
  #closing: Promise<void> | undefined;

  constructor(parts: SqliteJournalParts) {
    this.#parts = parts;
  }

  async append(batch: Batch): Promise<void> {
    const { writer, faults } = this.#parts;
    this.#refuseClosed();
    const guard = { ...LAST_SEQ, expected: batch.expected };
    try {
      await writer.write({ guard, steps: batchSteps(batch), ...faultsOf(batch, faults) });
    } catch (thrown) {
      throw appendFailure(thrown);
    }
  }

  async readAfter(after: number, limit: number, filter?: EventFilter): Promise<Entry[]> {
    const [found = []] = await this.#read([eventQuery(after, limit, filter)]);
    return found.map((row) => entryOf(row as unknown as EventRow));
  }

  async find<T extends Table>(query: RowQuery<T>): Promise<Rows[T][]> {
    const [found = []] = await this.#read([rowQuery(query)]);
    return found.map(([, body]) => JSON.parse(String(body)) as Rows[T]);
  }

  async snapshot(tables: readonly Table[]): Promise<Snapshot> {
    const [[[seq] = []] = [], ...found] = await this.#read([LAST_SEQ, ...tables.map(snapshotQuery)]);
    const rows = tables.map((table, at) => [table, found[at]?.map(([body]) => JSON.parse(String(body)) as unknown)]);
    return { seq: Number(seq), rows: Object.fromEntries(rows) as Snapshot['rows'] };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { readers, writer, release } = this.#parts;
    try {
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

function entryOf([seq, at, event, keyed]: EventRow): Entry {
  return upcastEntry({ seq, at, event: JSON.parse(event), ...(keyed !== null && { keyed: JSON.parse(keyed) }) });
}

function faultsOf({ entries }: Batch, { failCommitAt, delayCommitMs }: JournalFaults): Partial<Write> {
  return {
    ...(delayCommitMs !== undefined && { delayCommitMs }),
    ...(failCommitAt !== undefined && { failCommit: entries.some(({ seq }) => seq === failCommitAt) }),
  };
}
