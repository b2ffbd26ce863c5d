import type { Table } from '@fusion-kit/domain/row';
import { RunState, runEnded } from '@fusion-kit/domain/run';
import { sql } from 'kysely';
import type { Query } from './protocol.ts';
import { builder, compiled } from './tables.ts';

const RUNS = 50;
const TERMINATED_AGENTS = 50;
const MESSAGES = 500;

const LIVING_RUNS = RunState.options.filter((state) => !runEnded(state));

const bodies = (table: Table) => builder.selectFrom('rows').select('body').where('tbl', '=', table);
const newest = (table: Table, count: number) =>
  builder.selectFrom('rows').select('id').where('tbl', '=', table).orderBy('id', 'desc').limit(count);

const newestTerminated = newest('agents', TERMINATED_AGENTS).where('state', '=', 'terminated');
const shownRuns = builder
  .selectFrom('rows')
  .select('id')
  .where('tbl', '=', 'runs')
  .where((where) => where.or([where('state', 'in', LIVING_RUNS), where('id', 'in', newest('runs', RUNS))]));

const shownAgents = bodies('agents').where((where) =>
  where.or([where('state', '!=', 'terminated'), where('id', 'in', newestTerminated)]),
);

/**
 * What a page starts from, where that is not the whole table. The + makes SQLite find the few and sort them; else it
 * reads all in the order of their ids.
 */
const SHOWN: Partial<Record<Table, Query>> = {
  agents: compiled(shownAgents.orderBy(sql`+id`)),
  runs: compiled(
    bodies('runs')
      .where('id', 'in', shownRuns)
      .orderBy(sql`+id`),
  ),
  tasks: compiled(
    bodies('tasks')
      .where('run_id', 'in', shownRuns)
      .orderBy(sql`+id`),
  ),
  messages: compiled(
    bodies('messages')
      .where('id', 'in', newest('messages', MESSAGES))
      .orderBy(sql`+id`),
  ),
};

/** The rows of one table that `Journal.snapshot` promises. Pure. */
export const snapshotQuery = (table: Table): Query => SHOWN[table] ?? compiled(bodies(table).orderBy('id'));
