import type { Entry } from '@fusion-kit/domain/entry';
import { FusionError } from '@fusion-kit/domain/errors';
import { EVENT_MAX } from '@fusion-kit/domain/event';
import type { Batch, EventFilter, Journal, JournalFaults, RowQuery } from '@fusion-kit/domain/ports/journal';
import { type Rows, type RowWrite, type Table, TABLES } from '@fusion-kit/domain/row';
import { runEnded } from '@fusion-kit/domain/run';
import { entriesOf, rowsOf } from './array-query.ts';

const RUNS_SHOWN = 50;
const AGENTS_SHOWN = 50;
const MESSAGES_SHOWN = 500;

/**
 * A journal of arrays that passes the conformance suite and can be held: while it is, appends are taken but not acknowledged, as on a slow disk.
 * What was never acknowledged is never read.
 */
export class ArrayJournal implements Journal {
  readonly #entries: Entry[] = [];
  readonly #rows = new Map<Table, Map<string, RowWrite>>(TABLES.map((table) => [table, new Map()]));
  readonly #faults: JournalFaults;
  #last: Promise<void> = Promise.resolve();
  #held: Promise<void> | undefined;
  #release: () => void = () => {};
  #closed = false;
  /** Batches that were asked for, acknowledged or not. */
  appends = 0;

  constructor(faults: JournalFaults = {}) {
    this.#faults = faults;
  }

  hold(): void {
    this.#held = new Promise((resolve) => (this.#release = resolve));
  }

  release(): void {
    this.#held = undefined;
    this.#release();
  }

  async append(batch: Batch): Promise<void> {
    this.#refuseClosed();
    this.appends += 1;
    const held = this.#held;
    const copy = structuredClone(batch);
    const appended = this.#last.then(async () => {
      await held;
      if (this.#faults.delayCommitMs) await new Promise((resolve) => setTimeout(resolve, this.#faults.delayCommitMs));
      this.#commit(copy);
    });
    this.#last = appended.catch(() => {});
    await appended;
  }

  #commit({ expected, entries, rows }: Batch): void {
    if (expected !== this.#entries.length)
      throw new FusionError('version_conflict', `the last event is ${this.#entries.length}, not ${expected}`);
    for (const [at, entry] of entries.entries()) {
      if (entry.seq !== expected + at + 1) throw new FusionError('internal', `event ${entry.seq} leaves a gap`);
      if (JSON.stringify(entry.event).length > EVENT_MAX)
        throw new FusionError('internal', `event ${entry.seq} is too large`);
      if (entry.seq === this.#faults.failCommitAt) throw new FusionError('journal_failed', 'the disk is full');
    }
    this.#entries.push(...entries);
    for (const write of rows) {
      if (write.row === null) this.#table(write.table).delete(write.id);
      else this.#table(write.table).set(write.id, write);
    }
  }

  async readAfter(after: number, limit: number, filter: EventFilter = {}): Promise<Entry[]> {
    this.#refuseClosed();
    return structuredClone(entriesOf(this.#entries, { after, limit, filter }));
  }

  async find<T extends Table>(query: RowQuery<T>): Promise<Rows[T][]> {
    const rows = this.#sorted(query.table).map(({ row }) => row as Rows[T]);
    return structuredClone(rowsOf(rows, query));
  }

  async snapshot(tables: readonly Table[]) {
    const all = <T extends Table>(table: T) => this.#sorted(table).map(({ row }) => row as Rows[T]);
    const runs = all('runs').filter((run, at, every) => !runEnded(run.state) || at >= every.length - RUNS_SHOWN);
    const shown = new Set(runs.map((run) => run.id));
    const gone = all('agents').filter((agent) => agent.state === 'terminated');
    const hidden = new Set(gone.slice(0, Math.max(0, gone.length - AGENTS_SHOWN)).map((agent) => agent.id));
    const rows: { [T in Table]: Rows[T][] } = {
      projects: all('projects'),
      agents: all('agents').filter((agent) => !hidden.has(agent.id)),
      workflows: all('workflows'),
      runs,
      tasks: all('tasks').filter((task) => shown.has(task.runId)),
      messages: all('messages').slice(-MESSAGES_SHOWN),
      reservations: all('reservations'),
      keys: all('keys'),
    };
    return structuredClone({
      seq: this.#entries.length,
      rows: Object.fromEntries(tables.map((table) => [table, rows[table]])),
    });
  }

  async close(): Promise<void> {
    this.release();
    await this.#last;
    this.#closed = true;
  }

  #refuseClosed(): void {
    if (this.#closed) throw new FusionError('journal_failed', 'the journal is closed');
  }

  #table(table: Table): Map<string, RowWrite> {
    const rows = this.#rows.get(table);
    if (!rows) throw new FusionError('internal', `there is no table ${table}`);
    return rows;
  }

  #sorted(table: Table): RowWrite[] {
    return [...this.#table(table).values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }
}
