import type { PageQuery } from '@fusion-kit/domain/api';
import { type ErrorCode, FusionError } from '@fusion-kit/domain/errors';
import type { RowFilter, Rows, Table } from '@fusion-kit/domain/row';
import type { Engine } from '@fusion-kit/engine/engine';
import type * as z from 'zod';
import { present, refused } from './endpoint.ts';

/** Rows looked at for one page when the store cannot filter: a page may then be short, and `next` goes on from where looking stopped. */
const LOOKED_AT_MAX = 5_000;
const LOOKED_AT_ONCE = 500;

const NOUN = {
  projects: { code: 'project_unknown', prefix: 'prj' },
  agents: { code: 'agent_unknown', prefix: 'agt' },
  workflows: { code: 'workflow_unknown', prefix: 'wfl' },
  runs: { code: 'run_unknown', prefix: 'run' },
  tasks: { code: 'task_unknown', prefix: 'tsk' },
  messages: { code: 'message_unknown', prefix: 'msg' },
} as const satisfies Partial<Record<Table, { code: ErrorCode; prefix: string }>>;
type Listed = keyof typeof NOUN;

/** The row as it is now. @throws {FusionError} `…_unknown` */
export async function rowOf<T extends Listed>(engine: Engine, table: T, id: string): Promise<Rows[T]> {
  const [row] = await engine.find({ table, ids: [id], limit: 1 });
  if (!row) throw new FusionError(NOUN[table].code, `there is no ${table.slice(0, -1)} ${id}`);
  return row;
}

interface List<T extends Listed> {
  table: T;
  filter: { [Field in keyof RowFilter]: RowFilter[Field] | undefined };
  /** What the store cannot filter by. */
  keep?: ((row: Rows[T]) => boolean) | undefined;
}

/** One page of rows in the order of their ids; `next` is the cursor of the page after it, null at the end. */
export async function pageOf<T extends Listed>(
  engine: Engine,
  { table, filter, keep }: List<T>,
  { limit, cursor, order }: z.output<typeof PageQuery>,
): Promise<{ items: Rows[T][]; next: string | null }> {
  if (cursor !== undefined && !cursor.startsWith(`${NOUN[table].prefix}_`))
    throw refused('the cursor is not the `next` of a page of this list', 'cursor');
  const items: Rows[T][] = [];
  let after = cursor;
  for (let lookedAt = 0; lookedAt < LOOKED_AT_MAX; lookedAt += LOOKED_AT_ONCE) {
    const wanted = keep ? LOOKED_AT_ONCE : limit + 1;
    const rows = await engine.find<T>({
      table,
      filter: present(filter),
      ...(after !== undefined && { after }),
      limit: wanted,
      newestFirst: order === 'newest',
    });
    for (const row of rows) {
      const kept = keep === undefined || keep(row);
      if (kept && items.length === limit) return { items, next: after ?? null };
      if (kept) items.push(row);
      after = row.id;
    }
    if (rows.length < wanted) return { items, next: null };
  }
  return { items, next: after ?? null };
}
