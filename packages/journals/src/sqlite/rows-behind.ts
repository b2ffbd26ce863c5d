import { ChangedRows } from '@fusion-kit/domain/changed-rows';
import type { RowWrite, Table } from '@fusion-kit/domain/row';
import { rowSteps } from './batch.ts';
import type { Connection } from './connection.ts';
import type { Query, Step, Write } from './protocol.ts';

export interface RowsBehindOptions {
  /** Rows are written this long after the events that led to them. Default 5 s. */
  behindMs?: number | undefined;
  faults?: Partial<Write>;
}

const BEHIND_MS = 5_000;
/** Made into JSON before others have their turn. */
const ROWS_AT_ONCE = 500;

/** As of which event the rows are. */
export const ROWS_SEQ: Query = { sql: `select value from meta where key = 'rows_seq'`, parameters: [] };
export const rowsAsOf = (seq: number): Step => ({
  sql: `insert into meta (key, value) values ('rows_seq', ?) on conflict (key) do update set value = excluded.value`,
  width: 1,
  values: [String(seq)],
});

/**
 * Rows on their way from the log to the database. Events are synced before anybody is told of them; the rows they lead to follow a little later, all as of one event and
 * each in its last form: a task that comes and ends meanwhile is written once and not once for every change. Whoever reads rows has them written first; what a
 * crash leaves behind is folded from the log at the next opening.
 */
export class RowsBehind {
  readonly #writer: Connection;
  readonly #options: RowsBehindOptions;
  #rows = new ChangedRows();
  #writing = new ChangedRows();
  /** Numbers of the last committed event, and of the one as of which rows are written. */
  #seq: number;
  #written: number;
  #last: Promise<void> = Promise.resolve();
  /** The write that has not begun. */
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #fail: (thrown: unknown) => void = () => {};
  /** Rejects when rows cannot be written, whoever asked for it. */
  readonly failed = new Promise<never>((_resolve, reject) => (this.#fail = reject));

  constructor(writer: Connection, seq: number, options: RowsBehindOptions = {}) {
    this.#writer = writer;
    this.#seq = seq;
    this.#written = seq;
    this.#options = options;
    this.failed.catch(() => {});
  }

  /** Takes the rows of a batch that has been committed, and the number of its last event. */
  put(rows: readonly RowWrite[], seq: number): void {
    for (const write of rows) this.#rows.put(write);
    this.#seq = seq;
    const write = () => void this.caughtUp().catch(() => {}); // told by `failed`
    this.#timer ??= setTimeout(write, this.#options.behindMs ?? BEHIND_MS).unref();
  }

  /** What waits for a row; nothing when the database has it as it is. */
  waiting(table: Table, id: string): RowWrite | undefined {
    return this.#rows.get(table, id) ?? this.#writing.get(table, id);
  }

  /** Whether any row of a table waits. */
  concerns(table: Table): boolean {
    return this.#rows.hasAny(table) || this.#writing.hasAny(table);
  }

  /**
   * Resolves when all that was put before is in the database. One write after the other: none may say that it has what failed before it. However many ask while
   * one is under way, the next one is for all of them.
   */
  caughtUp(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#next) return this.#next;
    const next = this.#last.then(() => {
      this.#next = undefined;
      return this.#write();
    });
    this.#next = next;
    this.#last = next.catch(() => {});
    return next;
  }

  async #write(): Promise<void> {
    const seq = this.#seq;
    if (seq === this.#written) return;
    const rows = this.#rows;
    [this.#rows, this.#writing] = [new ChangedRows(), rows];
    try {
      const steps = await stepsOf([...rows]);
      await this.#writer.write({ steps: [...steps, rowsAsOf(seq)], ...this.#options.faults });
      this.#written = seq;
    } catch (thrown) {
      for (const write of this.#rows) rows.put(write);
      this.#rows = rows;
      this.#fail(thrown);
      throw thrown;
    } finally {
      this.#writing = new ChangedRows();
    }
  }
}

async function stepsOf(rows: readonly RowWrite[]): Promise<Step[]> {
  const steps: Step[] = [];
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    steps.push(...rowSteps(rows.slice(at, at + ROWS_AT_ONCE), 'rows'));
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return steps;
}
