import type { EventFilter } from '@fusion-kit/domain/ports/journal';
import { sql } from 'kysely';
import type { Query } from './protocol.ts';
import { builder, compiled } from './tables.ts';

/** The severities that `events_loud` covers, as SQL writes them there: a partial index is used for its own words only. */
export const LOUD = "severity in ('warning', 'error', 'critical')";
const LOUD_SEVERITIES: ReadonlySet<string> = new Set(['warning', 'error', 'critical']);

/** The columns that an event is read back from. */
export type EventRow = readonly [seq: number, at: number, event: string, keyed: string | null];

/** Lists go in as one JSON parameter, so that their length makes no new statement. */
const among = (column: string, values: readonly string[]) =>
  sql<boolean>`${sql.raw(column)} in (select value from json_each(${JSON.stringify(values)}))`;

/** The page of events after a number, as `Journal.readAfter` promises it, of those beyond `archived`. Pure. */
export function eventQuery(after: number, limit: number, filter: EventFilter = {}, archived = 0): Query {
  let query = builder.selectFrom('events').select(['seq', 'at', 'event', 'keyed']).limit(limit);
  const { types, severities, projectId, runId, taskId, agentId, since, newestFirst } = filter;
  if (newestFirst) query = query.orderBy('seq', 'desc');
  else query = query.orderBy('seq', 'asc').where('seq', '>', Math.max(after, archived));
  if (newestFirst && after > 0) query = query.where('seq', '<', after);
  if (newestFirst && archived > 0) query = query.where('seq', '>', archived);

  // A leading + keeps SQLite from choosing the index of the wider thing when the narrower one is named as well.
  if (taskId !== undefined) query = query.where('task_id', '=', taskId);
  if (agentId !== undefined) query = query.where(taskId ? sql`+agent_id` : 'agent_id', '=', agentId);
  if (runId !== undefined) query = query.where((taskId ?? agentId) ? sql`+run_id` : 'run_id', '=', runId);
  if (projectId !== undefined) query = query.where('project_id', '=', projectId);
  if (types) query = query.where(among('type', types));
  if (since !== undefined) query = query.where('at', '>=', since);
  if (severities) {
    if (severities.every((severity) => LOUD_SEVERITIES.has(severity)))
      query = query.where(sql<boolean>`${sql.raw(LOUD)}`);
    query = query.where(among('+severity', severities));
  }
  return compiled(query);
}
