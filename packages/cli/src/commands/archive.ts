import { Archived } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { optionsOf } from '../options.ts';
import { connect } from '../server/connect.ts';

const Options = z.object({
  keepDays: z.coerce.number('a number of days').nonnegative().optional(),
  keepEvents: z.coerce.number('a whole number').int().nonnegative().optional(),
});
/** Tens of thousands of events are moved in a second. */
const TIMEOUT_MS = 3_600_000;

/** Moves events that are older than what is kept from the database into the archive, by the running server. */
export async function archive(call: Call): Promise<Answer> {
  const { keepDays, keepEvents } = optionsOf(call, Options);
  if (keepDays !== undefined && keepEvents !== undefined)
    throw new FusionError('usage', 'give either --keep-days or --keep-events');
  const { client } = await connect(call);
  const keep = keepEvents === undefined ? { keepDays } : { keepEvents };
  const archived = await client.post('/archive', Archived, keep, { timeoutMs: TIMEOUT_MS });
  return {
    data: archived,
    text: (paint) =>
      archived.events === 0
        ? `${paint.dim('nothing to archive: everything is to be kept, or is archived already')}\n`
        : `archived ${archived.events} events in ${archived.segments} segments; events 1 to ${archived.end} are in the archive\n`,
  };
}
