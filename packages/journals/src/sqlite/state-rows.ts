import { Connection } from './connection.ts';
import type { Query, ResultRow } from './protocol.ts';
import { builder, compiled } from './tables.ts';
import { journalFailure } from './troubles.ts';

const PAGE = 2_000;

/** One row as it is kept; `body` is its JSON. */
export interface StateRow {
  table: string;
  id: string;
  body: string;
}

const all = builder.selectFrom('rows').select(['tbl', 'id', 'body']).orderBy('tbl').orderBy('id');
const pageAfter = ({ table, id }: Pick<StateRow, 'table' | 'id'>): Query =>
  compiled(all.where((where) => where(where.refTuple('tbl', 'id'), '>', where.tuple(table, id))).limit(PAGE));

const stateRowOf = ([table, id, body]: ResultRow): StateRow => ({
  table: String(table),
  id: String(id),
  body: String(body),
});

/** Every row by (table, id) from a connection that is in a read transaction. */
export async function* stateRowsOf(reader: Connection): AsyncGenerator<StateRow> {
  let page = await reader.readOne(pageAfter({ table: '', id: '' }));
  while (page.length > 0) {
    const rows = page.map(stateRowOf);
    yield* rows;
    page = await reader.readOne(pageAfter(rows.at(-1) ?? { table: '', id: '' }));
  }
}

/** Every row by (table, id), as of one moment, from a connection of its own that holds its read transaction open. */
export async function* fileStateRows(path: string): AsyncGenerator<StateRow> {
  const reader = new Connection();
  try {
    await reader.open(path, true, []);
    await reader.run('begin');
    yield* stateRowsOf(reader);
  } catch (thrown) {
    throw journalFailure('the rows cannot be read', thrown);
  } finally {
    await reader.close();
  }
}

/** The same of a journal in memory, whose one connection cannot hold a transaction open: all rows at once. */
export async function* memoryStateRows(connection: Connection): AsyncGenerator<StateRow> {
  for (const row of await connection.readOne(compiled(all))) yield stateRowOf(row);
}
