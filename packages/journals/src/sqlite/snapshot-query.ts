import type { Table } from '@fusion-kit/domain/row';
import { RunState, runEnded } from '@fusion-kit/domain/run';
import type { Query } from './protocol.ts';
import { builder, compiled } from './tables.ts';

const RUNS = 50;
const TERMINATED_AGENTS = 50;
const MESSAGES = 500;

const LIVING_RUNS = RunState.options.filter((state) => !runEnded(state));

const bodies = (table: Table) => builder.selectFrom('rows').select('body').where('tbl', '=', table).orderBy('id');
const newest = (table: Table, count: number) =>
  builder.selectFrom('rows').select('id').where('tbl', '=', table).orderBy('id', 'desc').limit(count);

const newestTerminated = newest('agents', TERMINATED_AGENTS).where('state', '=', 'terminated');
const shownRuns = builder
  .selectFrom('rows')
  .select('id')
  .where('tbl', '=', 'runs')
  .where((where) => where.or([where('state', 'in', LIVING_RUNS), where('id', 'in', newest('runs', RUNS))]));

/** What a page starts from, where that is not the whole table. */
const SHOWN: Partial<Record<Table, Query>> = {
  agents: compiled(
    bodies('agents').where((where) =>
      where.or([where('state', '!=', 'terminated'), where('id', 'in', newestTerminated)]),
    ),
  ),
  runs: compiled(bodies('runs').where('id', 'in', shownRuns)),
  tasks: compiled(bodies('tasks').where('run_id', 'in', shownRuns)),
  messages: compiled(bodies('messages').where('id', 'in', newest('messages', MESSAGES))),
};

/** The rows of one table that `Journal.snapshot` promises. Pure. */
export const snapshotQuery = (table: Table): Query => SHOWN[table] ?? compiled(bodies(table));
