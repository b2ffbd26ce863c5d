import { getOrMake } from './get-or-make.ts';
import type { RowWrite, Table } from './row.ts';

/** Rows that changed, each in its last form, however often it did: a busy row is written once. */
export class ChangedRows implements Iterable<RowWrite> {
  readonly #tables = new Map<Table, Map<string, RowWrite>>();

  put(write: RowWrite): void {
    getOrMake(this.#tables, write.table, () => new Map<string, RowWrite>()).set(write.id, write);
  }

  /** Whether one of a table changed; one of these, when they are named. */
  has(table: Table, ids?: readonly string[]): boolean {
    const rows = this.#tables.get(table);
    return rows !== undefined && (ids?.some((id) => rows.has(id)) ?? true);
  }

  *[Symbol.iterator](): Iterator<RowWrite> {
    for (const rows of this.#tables.values()) yield* rows.values();
  }
}
