import type { EventQuery, EventView } from '@fusion-kit/domain/api';
import type { Entry } from '@fusion-kit/domain/entry';
import type { EventFilter } from '@fusion-kit/domain/ports/journal';
import type { Engine } from '@fusion-kit/engine/engine';
import type * as z from 'zod';

/** An entry as clients see it: idempotency keys and their replies belong to whoever sent them. */
export function viewOf({ seq, at, event }: Entry): EventView {
  return { seq, at, event };
}

/** One page of the log. `after` goes up from an event number, or down from it when newest first; `next` is the number to go on from. */
export async function eventPage(
  engine: Engine,
  filter: EventFilter,
  { after, limit, order }: Pick<z.output<typeof EventQuery>, 'after' | 'limit' | 'order'>,
): Promise<{ items: EventView[]; next: string | null }> {
  const newestFirst = order === 'newest';
  // One more than asked for tells whether another page follows.
  const start = after ?? (newestFirst ? Number.MAX_SAFE_INTEGER : 0);
  const found = await engine.events(start, limit + 1, { ...filter, newestFirst });
  const items = found.slice(0, limit).map(viewOf);
  return { items, next: found.length > limit ? String(items.at(-1)!.seq) : null };
}
