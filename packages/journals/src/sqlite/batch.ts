import type { Entry } from '@fusion-kit/domain/entry';
import { FusionError } from '@fusion-kit/domain/errors';
import { EVENT_MAX, severityOf } from '@fusion-kit/domain/event';
import type { Batch } from '@fusion-kit/domain/ports/journal';
import { filterOf, type RowWrite } from '@fusion-kit/domain/row';
import type { Step, Value } from './protocol.ts';

/** With `INSERT_WIDTH` values for each event. */
export const INSERT_WIDTH = 10;
export const INSERT_EVENT =
  'insert into events (seq, at, type, severity, project_id, run_id, task_id, agent_id, event, keyed) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';

/** The table of a rebuild has the same columns. */
export type RowsTarget = 'rows' | 'temp.rebuilt';
const upsertRow = (target: RowsTarget) =>
  `insert into ${target} (tbl, id, project_id, run_id, agent_id, state, body) values (?, ?, ?, ?, ?, ?, ?)
   on conflict (tbl, id) do update set project_id = excluded.project_id, run_id = excluded.run_id,
   agent_id = excluded.agent_id, state = excluded.state, body = excluded.body`;
const deleteRow = (target: RowsTarget) => `delete from ${target} where tbl = ? and id = ?`;

/** The events of a batch as the writer's thread takes them. Pure. @throws {FusionError} `internal` for a batch that no writer should make */
export function eventStep({ expected, entries, texts }: Batch): Step {
  const values: Value[] = [];
  for (const [at, entry] of entries.entries()) {
    if (entry.seq !== expected + 1 + at) {
      throw new FusionError('internal', `event ${entry.seq} does not follow ${expected + at}`);
    }
    pushEvent(values, entry, texts?.[at] ?? JSON.stringify(entry.event));
  }
  return { sql: INSERT_EVENT, width: INSERT_WIDTH, values };
}

function pushEvent(values: Value[], { seq, at, event, keyed }: Entry, json: string): void {
  if (json.length > EVENT_MAX) {
    throw new FusionError('internal', `event ${seq} (${event.type}) has ${json.length} characters, over ${EVENT_MAX}`);
  }
  const of: {
    type: string;
    projectId?: string;
    runId?: string | undefined;
    taskId?: string | undefined;
    agentId?: string | undefined;
  } = event;
  values.push(seq, at, event.type, severityOf(event));
  values.push(of.projectId ?? null, of.runId ?? null, of.taskId ?? null, of.agentId ?? null);
  values.push(json, keyed ? JSON.stringify(keyed) : null);
}

/** Steps that leave rows as these writes say, of which each is about another row. Pure. */
export function rowSteps(rows: Iterable<RowWrite>, target: RowsTarget): Step[] {
  const upserts: Value[] = [];
  const deletes: Value[] = [];
  for (const write of rows) {
    if (write.row === null) {
      deletes.push(write.table, write.id);
      continue;
    }
    const { projectId, runId, agentId, state } = filterOf(write);
    upserts.push(write.table, write.id, projectId ?? null, runId ?? null, agentId || null, state ?? null);
    upserts.push(JSON.stringify(write.row));
  }
  return [
    { sql: upsertRow(target), width: 7, values: upserts },
    { sql: deleteRow(target), width: 2, values: deletes },
  ];
}
