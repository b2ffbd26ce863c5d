import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { Query, Value } from './protocol.ts';

/** The log. `event` and `keyed` are JSON; the columns before them are what events are filtered by. */
export interface EventsTable {
  seq: number;
  at: number;
  type: string;
  severity: string;
  project_id: string | null;
  run_id: string | null;
  task_id: string | null;
  agent_id: string | null;
  event: string;
  keyed: string | null;
}

/** All folded rows, whatever their table. `body` is the row's JSON. */
export interface RowsTable {
  tbl: string;
  id: string;
  project_id: string | null;
  run_id: string | null;
  agent_id: string | null;
  state: string | null;
  body: string;
}

export interface Database {
  events: EventsTable;
  rows: RowsTable;
  /** `data_id` and `projection_version`; the schema version is SQLite's own `user_version`. */
  meta: { key: string; value: string };
}

/** Builds queries and never runs them: they are compiled here and run in the threads. */
export const builder = new Kysely<Database>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** A built query as a thread takes it. */
export function compiled(query: { compile(): { sql: string; parameters: readonly unknown[] } }): Query {
  const { sql, parameters } = query.compile();
  return { sql, parameters: parameters as readonly Value[] };
}
