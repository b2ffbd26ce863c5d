import { getOrMake } from './get-or-make.ts';
import type { RowWrite, Table } from './row.ts';

/** Rows that changed, each in its last form, however often it did: a busy row is written once. */
export class ChangedRows implements Iterable<RowWrite> {
  readonly #tables = new Map<Table, Map<string, RowWrite>>();

  put(write: RowWrite): void {
    getOrMake(this.#tables, write.table, () => new Map<string, RowWrite>()).set(write.id, write);
  }

  get(table: Table, id: string): RowWrite | undefined {
    return this.#tables.get(table)?.get(id);
  }

  /** Whether any row of a table changed. */
  hasAny(table: Table): boolean {
    return this.#tables.has(table);
  }

  *[Symbol.iterator](): Iterator<RowWrite> {
    for (const rows of this.#tables.values()) yield* rows.values();
  }
}
