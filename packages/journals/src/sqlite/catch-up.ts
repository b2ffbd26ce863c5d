import { ChangedRows } from '@fusion-kit/domain/changed-rows';
import type { Entry } from '@fusion-kit/domain/entry';
import { fold, type RowsView, touched } from '@fusion-kit/domain/fold';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { Rows, Table } from '@fusion-kit/domain/row';
import { rowSteps } from './batch.ts';
import type { Connection } from './connection.ts';
import { rowsAsOf } from './rows-behind.ts';

const READ_AT_ONCE = 1_000;

/** Rows as they are kept, read before a fold asks for them, and as it leaves them. */
class KeptRows implements RowsView {
  readonly #rows = new Map<string, Rows[Table] | undefined>();

  get<T extends Table>(table: T, id: string): Rows[T] | undefined {
    return this.#rows.get(`${table}/${id}`) as Rows[T] | undefined;
  }

  set(table: Table, id: string, row: Rows[Table] | undefined): void {
    this.#rows.set(`${table}/${id}`, row);
  }

  /** Reads all that the entries may change and that was not read yet. */
  async readFor(journal: Journal, entries: readonly Entry[]): Promise<void> {
    const wanted = new Map<Table, string[]>();
    for (const { event } of entries)
      for (const { table, id } of touched(event)) {
        if (this.#rows.has(`${table}/${id}`)) continue;
        this.set(table, id, undefined);
        wanted.set(table, [...(wanted.get(table) ?? []), id]);
      }
    for (const [table, ids] of wanted)
      for (const row of await journal.find({ table, ids, limit: ids.length })) this.set(table, row.id, row);
  }
}

/**
 * Folds what a crash left behind: the events after the one as of which the rows are, and writes the rows they lead to. Before anything is appended.
 * @throws {FusionError} `move_refused` when rows and log contradict each other; `journal_failed`
 */
export async function catchUp(journal: Journal, writer: Connection, { from, head }: { from: number; head: number }) {
  const kept = new KeptRows();
  const changed = new ChangedRows();
  for (let seen = from; seen < head;) {
    const entries = await journal.readAfter(seen, READ_AT_ONCE);
    await kept.readFor(journal, entries);
    for (const entry of entries)
      for (const write of fold(kept, entry)) {
        kept.set(write.table, write.id, write.row ?? undefined);
        changed.put(write);
      }
    seen = entries.at(-1)?.seq ?? head;
  }
  if (from < head) await writer.write({ steps: [...rowSteps(changed, 'rows'), rowsAsOf(head)] });
}
