import type { Entry } from '@fusion-kit/domain/entry';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import { type RowWrite, TABLES } from '@fusion-kit/domain/row';
import { World } from '@fusion-kit/domain/world';

const READ_BATCH = 5_000;
const WRITE_BATCH = 2_000;

/** The whole log, oldest first. */
export async function* wholeLog(journal: Pick<Journal, 'readAfter'>): AsyncGenerator<Entry[]> {
  let seen = 0;
  while (true) {
    const entries = await journal.readAfter(seen, READ_BATCH);
    if (entries.length === 0) return;
    yield entries;
    seen = entries.at(-1)?.seq ?? seen;
  }
}

/** Folds the log anew and puts the rows it leads to in the place of those that are there. Called before anything else uses the journal. */
export async function rebuildRows(
  journal: Journal,
  replaceRows: (batches: AsyncIterable<readonly RowWrite[]>) => Promise<void>,
): Promise<void> {
  const world = new World();
  for await (const entries of wholeLog(journal)) for (const entry of entries) world.apply(entry);
  await replaceRows(batchesOf(world));
}

async function* batchesOf(world: World): AsyncGenerator<RowWrite[]> {
  for (const table of TABLES) {
    let batch: RowWrite[] = [];
    for (const row of world.all(table)) {
      batch.push({ table, id: row.id, row } as RowWrite);
      if (batch.length === WRITE_BATCH) yield batch.splice(0);
    }
    yield batch;
  }
}
