import { Entry } from './entry.ts';
import { FusionError } from './errors.ts';

/** Today's version of every event; a type that changed has a higher one and a function below. */
const NEWEST_VERSION = 1;

/** From one version of an event to the next, by type and version. Pure; never changed once released. */
const UPCASTS: Readonly<Record<string, (event: Record<string, unknown>) => Record<string, unknown>>> = {};

/**
 * An entry as it was written by any release, in today's form. Pure.
 * @throws {FusionError} `journal_newer` for an event of a version that does not exist yet; `internal` for one that never existed
 */
export function upcastEntry(raw: { seq: number; at: number; event: unknown; keyed?: unknown }): Entry {
  let event = raw.event as Record<string, unknown> & { type: string; v: number };
  while (UPCASTS[`${event.type}@${event.v}`]) {
    event = UPCASTS[`${event.type}@${event.v}`]?.(event) as typeof event;
  }
  if (event.v > NEWEST_VERSION) {
    throw new FusionError(
      'journal_newer',
      `event ${raw.seq} (${event.type}) has version ${event.v}; this fusion-kit knows ${NEWEST_VERSION}`,
    );
  }
  return { ...raw, event } as Entry;
}

/** The same, and every field checked: for logs that come from outside the data directory. */
export const checkedEntry = (raw: { seq: number; at: number; event: unknown }): Entry => Entry.parse(upcastEntry(raw));
