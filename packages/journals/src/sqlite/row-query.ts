import type { RowQuery } from '@fusion-kit/domain/ports/journal';
import type { Table } from '@fusion-kit/domain/row';
import { sql } from 'kysely';
import type { Query } from './protocol.ts';
import { builder, compiled } from './tables.ts';

/** The states asked for, or undefined for any. */
function wantedStates({ states, filter }: Pick<RowQuery<Table>, 'states' | 'filter'>): readonly string[] | undefined {
  if (filter?.state === undefined) return states && [...new Set(states)];
  return !states || states.includes(filter.state) ? [filter.state] : [];
}

/** One page of rows in a single state, or in any. With the run named, its index is the narrow one, hence the +. */
function pageOf(query: RowQuery<Table>, state: string | undefined) {
  const { projectId, runId, agentId } = query.filter ?? {};
  let page = builder.selectFrom('rows').select(['id', 'body']).where('tbl', '=', query.table).limit(query.limit);
  page = query.newestFirst ? page.orderBy('id', 'desc') : page.orderBy('id', 'asc');
  if (query.after !== undefined) page = page.where('id', query.newestFirst ? '<' : '>', query.after);
  if (query.ids) page = page.where(sql<boolean>`id in (select value from json_each(${JSON.stringify(query.ids)}))`);
  if (runId !== undefined) page = page.where('run_id', '=', runId);
  if (state !== undefined) page = page.where(runId === undefined ? 'state' : sql`+state`, '=', state);
  if (projectId !== undefined) page = page.where('project_id', '=', projectId);
  if (agentId !== undefined) page = page.where('agent_id', '=', agentId);
  return page;
}

/**
 * One page of rows by id, as `Journal.find` promises it. Pure. Every state is read on its own, in the order of its index,
 * and the pages are merged: one page of the few tasks at work then costs the same beside a million finished ones.
 */
export function rowQuery<T extends Table>(query: RowQuery<T>): Query {
  const states = wantedStates(query);
  if (states?.length === 0)
    return compiled(
      builder
        .selectFrom('rows')
        .select(['id', 'body'])
        .where(sql<boolean>`false`),
    );
  const pages = (states ?? [undefined]).map((state) => builder.selectFrom(pageOf(query, state).as('page')).selectAll());
  const [first, ...others] = pages as [(typeof pages)[number], ...typeof pages];
  const merged = others.reduce((all, page) => all.unionAll(page), first);
  return compiled(merged.orderBy('id', query.newestFirst ? 'desc' : 'asc').limit(query.limit));
}
