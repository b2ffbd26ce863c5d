import type { Entry } from '@fusion-kit/domain/entry';
import { severityOf } from '@fusion-kit/domain/event';
import type { EventFilter, RowQuery } from '@fusion-kit/domain/ports/journal';
import { filterOf, type RowFilter, type Rows, type RowWrite, type Table } from '@fusion-kit/domain/row';

/** What `Journal.readAfter` answers of a log that is an array. Pure. */
export function entriesOf(
  log: readonly Entry[],
  { after, limit, filter }: { after: number; limit: number; filter: EventFilter },
): Entry[] {
  const wanted = log.filter((entry) => matches(entry, filter));
  const page = filter.newestFirst
    ? wanted.filter(({ seq }) => after === 0 || seq < after).toReversed()
    : wanted.filter(({ seq }) => seq > after);
  return page.slice(0, limit);
}

function matches({ at, event }: Entry, filter: EventFilter): boolean {
  const { types, severities, since, newestFirst: _order, ...ids } = filter;
  if (types && !types.includes(event.type)) return false;
  if (severities && !severities.includes(severityOf(event))) return false;
  if (since !== undefined && at < since) return false;
  const fields = event as Record<string, unknown>;
  return Object.entries(ids).every(([name, value]) => value === undefined || fields[name] === value);
}

/** What `Journal.find` answers of the rows of its table. Pure. */
export function rowsOf<T extends Table>(
  rows: Iterable<Rows[T]>,
  { table, ids, filter = {}, states, after, limit, newestFirst }: RowQuery<T>,
): Rows[T][] {
  const wanted = [...rows].filter((row) => {
    const fields = filterOf({ table, id: row.id, row } as unknown as RowWrite);
    if (ids && !ids.includes(row.id)) return false;
    if (states && !states.includes(fields.state ?? '')) return false;
    return Object.entries(filter).every(
      ([name, value]) => value === undefined || fields[name as keyof RowFilter] === value,
    );
  });
  const sorted = wanted.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return (newestFirst ? sorted.toReversed() : sorted)
    .filter(({ id }) => after === undefined || (newestFirst ? id < after : id > after))
    .slice(0, limit);
}
