import { EventView, page } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import { EVENT_TYPES, Severity, severityOf } from '@fusion-kit/domain/event';
import { didYouMean } from '@fusion-kit/domain/nearest';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { Limit, optionsOf, Words } from '../options.ts';
import { eventsAnswer, followPrinting, namesOf } from '../print-events.ts';
import { agentOf } from '../references.ts';
import { connect } from '../server/connect.ts';

const Options = z.object({
  follow: z.boolean().default(false),
  type: Words.optional(),
  agent: z.string().optional(),
  severity: Severity.optional(),
  since: z.string().optional(),
  limit: Limit.optional(),
});

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `15m` before now, or an ISO 8601 time, as the latter. Pure. @throws {FusionError} `usage` */
function sinceTime(given: string, now: number): string {
  const span = /^(\d+)([smhd])$/.exec(given);
  const at = span ? now - Number(span[1]) * UNIT_MS[span[2] as keyof typeof UNIT_MS] : Date.parse(given);
  if (Number.isFinite(at) && Math.abs(at) < 8.64e15) return new Date(at).toISOString();
  throw new FusionError(
    'usage',
    `--since: ${given} is neither a time (ISO 8601) nor a span such as 90s, 15m, 2h or 1d`,
  );
}

/** The latest events, oldest first; with `--follow` also what happens from now on. */
export async function tailEvents(call: Call): Promise<Answer | undefined> {
  const { follow, type, agent: reference, severity, since, limit } = optionsOf(call, Options);
  for (const word of type ?? []) {
    if (!EVENT_TYPES.some((known) => known === word)) {
      throw new FusionError('usage', `--type: there is no event type ${word}${didYouMean(word, EVENT_TYPES)}`);
    }
  }
  const from = since === undefined ? undefined : sinceTime(since, Date.now());
  const connection = await connect(call);
  const agent = reference === undefined ? undefined : await agentOf(connection.client, reference);
  const { items } = await connection.client.get('/events', page(EventView), {
    query: { type: type?.join(','), agent: agent?.id, severity, since: from, limit: limit ?? (follow ? 20 : 100) },
  });
  const entries = items.toReversed();
  const names = await namesOf(connection.client);
  if (!follow) return eventsAnswer(entries, names);
  const keep = (event: EventView['event']): boolean =>
    (type === undefined || type.includes(event.type)) &&
    (agent === undefined || ('agentId' in event && event.agentId === agent.id)) &&
    (severity === undefined || severityOf(event) === severity);
  return followPrinting(call, connection, { entries, names, keep });
}
