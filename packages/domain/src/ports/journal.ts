import type { Entry } from '../entry.ts';
import type { EventType, Severity } from '../event.ts';
import type { RowFilter, Rows, RowWrite, Table } from '../row.ts';

/** Events and the rows they lead to, kept together or not at all. `entries` follow `expected` without a gap. */
export interface Batch {
  /** Number of the last event that the writer has seen; 0 for an empty log. */
  expected: number;
  entries: readonly Entry[];
  /** The event of each entry as JSON, from whoever made it already. */
  texts?: readonly string[];
  rows: readonly RowWrite[];
}

/** Which events to read. Absent fields do not filter. */
export interface EventFilter {
  types?: readonly EventType[];
  severities?: readonly Severity[];
  projectId?: string;
  runId?: string;
  taskId?: string;
  agentId?: string;
  /** Milliseconds since 1970, inclusive. */
  since?: number;
  /** Newest first, going down from `after` (or the end). Default oldest first. */
  newestFirst?: boolean;
}

export interface RowQuery<T extends Table> {
  table: T;
  /** Only these rows; unknown ids are left out. */
  ids?: readonly string[];
  filter?: RowFilter;
  /** Several states at once; `filter.state` is one. */
  states?: readonly string[];
  /** The id after which the page starts. */
  after?: string;
  limit: number;
  /** Default by ascending id, which is oldest first. */
  newestFirst?: boolean;
}

/** Everything as of one event number, from one read transaction. */
export interface Snapshot {
  seq: number;
  rows: { [T in Table]?: Rows[T][] };
}

/** What was archived, and the number of the last event that now is. */
export interface Archived {
  segments: number;
  events: number;
  end: number;
}

/** What a test makes go wrong below the journal. */
export interface JournalFaults {
  /** The batch that holds this event is written but not committed. */
  failCommitAt?: number;
  /** Every commit takes this much longer. */
  delayCommitMs?: number;
}

/**
 * The log and its rows. It keeps order and refuses conflicts and knows no rule of the domain. Its conformance suite is its definition.
 * Reads see committed batches only, and whole ones.
 */
export interface Journal {
  /** Rejects when it cannot keep what it took, though nobody asks: its process has to end as after an append that failed. A journal that keeps all at once has no such thing. */
  readonly failed?: Promise<never>;
  /**
   * Appends all events and rows or none, durably (synced) when the promise resolves.
   * @throws {FusionError} `version_conflict` when the journal holds another last number; `journal_failed` when it cannot write, and then nothing
   * was applied; `internal` for a batch with a gap or an event over `EVENT_MAX`
   */
  append(batch: Batch): Promise<void>;
  /** Events after a number in ascending order (unless `newestFirst`), at most `limit`. */
  readAfter(after: number, limit: number, filter?: EventFilter): Promise<Entry[]>;
  /** One page of rows in the order of their ids. */
  find<T extends Table>(query: RowQuery<T>): Promise<Rows[T][]>;
  /**
   * The last number and what a page starts from, by ascending id: all projects and workflows; agents but for terminated ones, of which the newest 50;
   * every run that has not ended and the newest 50; the tasks of those runs; the newest 500 messages; all reservations and keys.
   */
  snapshot(tables: readonly Table[]): Promise<Snapshot>;
  /**
   * Moves events before a number, but never the newest one, to where they take less room and are still read as before. Events are at every moment in one
   * place or the other. Can be done while others append and read. A journal that has no such place has no such method.
   * @throws {FusionError} `journal_failed`
   */
  archive?(before: number): Promise<Archived>;
  /** Waits for what is under way and lets the data directory go. */
  close(): Promise<void>;
}
