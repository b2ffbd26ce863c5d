import { DatabaseSync } from 'node:sqlite';
import type { EventFilter, RowQuery } from '@fusion-kit/domain/ports/journal';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { expect, test } from 'vitest';
import { BOUNDS } from './archiver.ts';
import { eventQuery } from './event-query.ts';
import { MIGRATIONS } from './migrations.ts';
import type { Query } from './protocol.ts';
import { rowQuery } from './row-query.ts';
import { snapshotQuery } from './snapshot-query.ts';

const database = new DatabaseSync(':memory:');
for (const sql of MIGRATIONS.flat()) database.exec(sql);

/** What SQLite says it would read, a line for each table or index. */
function planOf({ sql, parameters }: Query): string[] {
  return database
    .prepare(`explain query plan ${sql}`)
    .all(...parameters)
    .map(({ detail }) => String(detail))
    .filter((detail) => /^(SEARCH|SCAN) (events|rows)\b/.test(detail));
}

const runId = sampleId('run', 1);
const taskId = sampleId('tsk', 1);
const agentId = sampleId('agt', 1);

test.each<[string, EventFilter, string]>([
  ['all', {}, 'INTEGER PRIMARY KEY (rowid>?)'],
  ['of a task', { taskId }, 'events_by_task'],
  ['of a task, its run and agent named as well', { taskId, runId, agentId }, 'events_by_task'],
  ['of an agent in a run', { agentId, runId }, 'events_by_agent'],
  ['of a run', { runId, types: ['task.failed'] }, 'events_by_run'],
  ['that warn', { severities: ['warning', 'error', 'critical'] }, 'events_loud'],
  ['that are errors', { severities: ['error'], since: 5 }, 'events_loud'],
])('events %s are found without reading the whole log, newest first too', (_which, filter, index) => {
  expect(planOf(eventQuery(5, 50, filter))).toEqual([expect.stringContaining(index)]);
  const newest = eventQuery(5, 50, { ...filter, newestFirst: true });
  expect(planOf(newest)).toEqual([expect.stringContaining(index.replace('rowid>', 'rowid<'))]);
});

test.each<[string, Omit<RowQuery<'tasks'>, 'table' | 'limit'>, string[]]>([
  ['any', { after: taskId }, ['sqlite_autoindex_rows_1 (tbl=? AND id>?)']],
  ['named', { ids: [taskId] }, ['sqlite_autoindex_rows_1 (tbl=? AND id=?)']],
  ['in a state', { filter: { state: 'running' }, after: taskId }, ['rows_by_state (tbl=? AND state=? AND id>?)']],
  ['in two states', { states: ['queued', 'running'] }, Array<string>(2).fill('rows_by_state (tbl=? AND state=?)')],
  ['of a run in a state', { filter: { runId, state: 'running' } }, ['rows_by_run (tbl=? AND run_id=?)']],
])('a page of tasks, %s, is found without reading the whole table', (_which, query, indexes) => {
  const plan = planOf(rowQuery({ table: 'tasks', limit: 50, ...query }));
  expect(plan).toEqual(indexes.map((index) => expect.stringContaining(index)));
});

test.each([
  ['tasks', 'rows_by_run (tbl=? AND run_id=?)'],
  ['runs', 'sqlite_autoindex_rows_1 (tbl=? AND id=?)'],
  ['messages', 'sqlite_autoindex_rows_1 (tbl=? AND id=?)'],
] as const)('the %s of a snapshot are found without reading all of them', (table, index) => {
  expect(planOf(snapshotQuery(table))[0]).toContain(index);
});

test('where the log begins and ends in the database is found without reading it', () => {
  expect(planOf(BOUNDS)).toEqual(['SEARCH events', 'SEARCH events']);
});
