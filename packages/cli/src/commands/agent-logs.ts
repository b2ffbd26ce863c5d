import { EventView, page } from '@fusion-kit/domain/api';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { argument, Limit, optionsOf } from '../options.ts';
import { eventsAnswer, followPrinting, namesOf } from '../print-events.ts';
import { agentOf } from '../references.ts';
import { connect } from '../server/connect.ts';

/** What an agent said and did, oldest first; with `--follow` also what it goes on to do. */
export async function agentLogs(call: Call): Promise<Answer | undefined> {
  const { follow, limit } = optionsOf(
    call,
    z.object({ follow: z.boolean().default(false), limit: Limit.default(100) }),
  );
  const connection = await connect(call);
  const agent = await agentOf(connection.client, argument(call, 0, '<agent>'));
  const { items } = await connection.client.get('/events', page(EventView), { query: { agent: agent.id, limit } });
  const entries = items.toReversed();
  const names = await namesOf(connection.client);
  if (!follow) return eventsAnswer(entries, names);
  const keep = (event: EventView['event']): boolean => 'agentId' in event && event.agentId === agent.id;
  return followPrinting(call, connection, { entries, names, keep });
}
