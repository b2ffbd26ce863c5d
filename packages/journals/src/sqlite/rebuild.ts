import { ChangedRows } from '@fusion-kit/domain/changed-rows';
import type { RowWrite } from '@fusion-kit/domain/row';
import { rowSteps } from './batch.ts';
import type { Connection } from './connection.ts';
import { rowsAsOf } from './rows-behind.ts';
import { LAST_SEQ } from './sqlite-journal.ts';
import { appendFailure } from './troubles.ts';

const COLUMNS = 'tbl, id, project_id, run_id, agent_id, state, body';

/**
 * Puts the rows that the batches lead to in the place of all that are there. They are gathered in a temporary table, so a
 * crash on the way leaves the old rows and no litter, and readers see the old ones or the new ones.
 */
export async function replaceRows(
  writer: Connection,
  batches: AsyncIterable<readonly RowWrite[]>,
  projectionVersion: number,
): Promise<void> {
  try {
    const [[head = 0] = []] = await writer.readOne(LAST_SEQ);
    await writer.run(
      'drop table if exists temp.rebuilt',
      `create temp table rebuilt as select ${COLUMNS} from main.rows where false`,
      'create unique index temp.rebuilt_key on rebuilt (tbl, id)',
    );
    for await (const rows of batches) {
      const last = new ChangedRows();
      for (const write of rows) last.put(write);
      await writer.write({ steps: rowSteps(last, 'temp.rebuilt') });
    }
    await writer.write({
      // What was appended meanwhile has its rows in the table that is about to be emptied.
      guard: { ...LAST_SEQ, expected: head },
      steps: [
        { sql: 'delete from rows', width: 0, values: [] },
        {
          sql: `insert into rows (${COLUMNS}) select ${COLUMNS} from temp.rebuilt order by tbl, id`,
          width: 0,
          values: [],
        },
        {
          sql: "update meta set value = ? where key = 'projection_version'",
          width: 1,
          values: [String(projectionVersion)],
        },
        rowsAsOf(Number(head)),
      ],
    });
    await writer.run('drop table temp.rebuilt');
  } catch (thrown) {
    throw appendFailure(thrown);
  }
}
