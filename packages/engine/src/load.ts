import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { Rows, RowWrite, Table } from '@fusion-kit/domain/row';
import type { World } from '@fusion-kit/domain/world';

const PAGE = 5_000;

interface Wanted<T extends Table> {
  table: T;
  states?: readonly string[];
  runId?: string;
}

/** Rows of a table page by page, in the order of their ids. */
export async function* pages<T extends Table>(
  journal: Pick<Journal, 'find'>,
  { table, states, runId }: Wanted<T>,
): AsyncGenerator<Rows[T][]> {
  let after: string | undefined;
  while (true) {
    const rows = await journal.find({
      table,
      limit: PAGE,
      ...(states && { states }),
      ...(runId && { filter: { runId } }),
      ...(after !== undefined && { after }),
    });
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.id;
  }
}

/** Reads the active state into an empty world: everything that has not ended, and all tasks of runs that have not. */
export async function loadActive(journal: Journal, world: World): Promise<void> {
  const admit = async <T extends Table>(wanted: Wanted<T>) => {
    for await (const rows of pages(journal, wanted)) {
      for (const row of rows) world.admit({ table: wanted.table, id: row.id, row } as RowWrite);
    }
  };
  await admit({ table: 'projects' });
  await admit({ table: 'workflows' });
  await admit({ table: 'agents', states: ['spawning', 'idle', 'working', 'paused', 'error'] });
  await admit({ table: 'runs', states: ['running', 'paused'] });
  await admit({ table: 'tasks', states: ['assigned', 'running'] }); // a cancelled run may still have one that lands
  const cancelled = new Set([...world.all('tasks')].map((task) => task.runId).filter((id) => !world.get('runs', id)));
  for (const row of await journal.find({ table: 'runs', ids: [...cancelled], limit: cancelled.size + 1 }))
    world.admit({ table: 'runs', id: row.id, row });
  for (const run of world.all('runs')) await admit({ table: 'tasks', runId: run.id });
  await admit({ table: 'messages', states: ['open'] });
  await admit({ table: 'reservations' });
}
