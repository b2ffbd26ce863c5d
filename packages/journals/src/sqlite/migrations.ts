import { sql } from 'kysely';
import { builder, compiled } from './tables.ts';

/** The SQL of one step; its number is its place in the list, from 1. A released one never changes. */
export type Migration = readonly string[];

const { schema } = builder;
const statements = (...built: { compile(): { sql: string; parameters: readonly unknown[] } }[]): Migration =>
  built.map((one) => compiled(one).sql);

/**
 * `rows` keeps its hidden row number: bodies of a kilobyte make a table WITHOUT ROWID slow to write (measured: 36,000
 * against 55,000 events/s). Every index on `events` costs a tenth of the append rate, so there is one for each list that
 * a person opens; events from `warning` up are rare, which makes theirs nearly free.
 */
const LOG_AND_ROWS = statements(
  schema
    .createTable('events')
    .addColumn('seq', 'integer', (column) => column.primaryKey())
    .addColumn('at', 'integer', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('severity', 'text', (column) => column.notNull())
    .addColumn('project_id', 'text')
    .addColumn('run_id', 'text')
    .addColumn('task_id', 'text')
    .addColumn('agent_id', 'text')
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('keyed', 'text'),
  schema.createIndex('events_by_task').on('events').column('task_id').where('task_id', 'is not', null),
  schema.createIndex('events_by_run').on('events').column('run_id').where('run_id', 'is not', null),
  schema.createIndex('events_by_agent').on('events').column('agent_id').where('agent_id', 'is not', null),
  schema
    .createIndex('events_loud')
    .on('events')
    .column('severity')
    .where(sql.raw<boolean>("severity in ('warning', 'error', 'critical')")),
  schema
    .createTable('rows')
    .addColumn('tbl', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('project_id', 'text')
    .addColumn('run_id', 'text')
    .addColumn('agent_id', 'text')
    .addColumn('state', 'text')
    .addColumn('body', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('rows_key', ['tbl', 'id']),
  schema.createIndex('rows_by_run').on('rows').columns(['tbl', 'run_id', 'id']),
  schema.createIndex('rows_by_state').on('rows').columns(['tbl', 'state', 'id']),
  schema
    .createTable('meta')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull()),
);

/**
 * Nothing changes in the database itself. But from here on it may hold only the end of the log, and a release that knows of no archive must not take that for
 * the whole.
 */
const ARCHIVE_BESIDE: Migration = [];

/** From here on rows may be as of an event before the last, which is named; a release that does not fold the rest must not take them for all. */
const ROWS_BEHIND: Migration = [`insert into meta (key, value) select 'rows_seq', coalesce(max(seq), 0) from events`];

export const MIGRATIONS: readonly Migration[] = [LOG_AND_ROWS, ARCHIVE_BESIDE, ROWS_BEHIND];
