import { createHash } from 'node:crypto';
import type { Entry } from '@fusion-kit/domain/entry';
import { type RowWrite, type Table, TABLES } from '@fusion-kit/domain/row';
import { World } from '@fusion-kit/domain/world';

/** JSON with the keys of every object in order, so that equal values have equal texts. Pure. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`;
}

/** sha256 over all rows in the order of their tables and ids, as hex. Equal states have equal hashes, whoever folded them. */
export async function stateHash(rows: AsyncIterable<{ table: string; id: string; row: unknown }>): Promise<string> {
  const hash = createHash('sha256');
  for await (const { table, id, row } of rows) hash.update(`${table}\n${id}\n${canonicalJson(row)}\n`);
  return hash.digest('hex');
}

/** Every row that a log leads to, folded from nothing, in the order of the state hash. */
export async function* foldedRows(
  log: AsyncIterable<readonly Entry[]>,
): AsyncGenerator<{ table: Table; id: string; row: NonNullable<RowWrite['row']> }> {
  const world = new World();
  for await (const entries of log) for (const entry of entries) world.apply(entry);
  for (const table of [...TABLES].toSorted()) {
    const rows = [...world.all(table)].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    for (const row of rows) yield { table, id: row.id, row };
  }
}
