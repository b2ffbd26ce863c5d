import { page } from '@fusion-kit/domain/api';
import { Message } from '@fusion-kit/domain/message';
import { preview } from '@fusion-kit/domain/text';
import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { argument, Limit, optionsOf } from '../options.ts';
import { addressName, senderName } from '../output/event-line.ts';
import { ago } from '../output/figures.ts';
import { plain } from '../output/plain.ts';
import { LIST_MAX, tableText } from '../output/table.ts';
import { namesOf } from '../print-events.ts';
import { agentOf, projectHere, projectOf } from '../references.ts';
import { connect } from '../server/connect.ts';

const TOPIC = 'topic:';

/** Writes to an agent, which reads it at its next step, or to all that listen to a topic. */
export async function sendMessage(call: Call): Promise<Answer> {
  const options = optionsOf(call, z.object({ project: z.string().optional(), from: z.string().optional() }));
  const to = argument(call, 0, '<to>');
  const text = argument(call, 1, '<text>');
  const { client } = await connect(call);
  const agent = to.startsWith(TOPIC) ? undefined : await agentOf(client, to);
  const project = agent?.projectId ?? (await projectHere(client, call, options.project)).id;
  const address = agent ? { agentId: agent.id } : { topic: to.slice(TOPIC.length) };
  const message = await client.post('/messages', Message, { project, to: address, text, from: options.from });
  const reached = Object.keys(message.deliveries).length;
  return {
    data: message,
    text: (paint) =>
      `sent to ${agent?.name ?? to} ${paint.dim(message.id)}; ${reached === 0 ? paint.yellow('nobody listens to it') : `${reached} will read it`}\n`,
  };
}

export async function listMessages(call: Call): Promise<Answer> {
  const options = optionsOf(call, z.object({ project: z.string().optional(), limit: Limit.default(50) }));
  const { client } = await connect(call);
  const project = options.project === undefined ? undefined : await projectOf(client, call, options.project);
  const query = { project: project?.id, limit: Math.min(options.limit, LIST_MAX) };
  const { items, next } = await client.get('/messages', page(Message), { query });
  const names = await namesOf(client);
  return {
    data: { messages: items },
    text: (paint, columns) =>
      tableText(
        {
          head: ['sent', 'from', 'to', 'delivery', 'text'],
          rows: items
            .toReversed()
            .map((message) => [
              ago(message.sentAt, Date.now()),
              senderName(message.from),
              addressName(message.to, (id) => names.get(id)),
              deliveries(message),
              plain(preview(message.text)),
            ]),
          empty: 'no messages',
          more: next !== null,
        },
        paint,
        columns,
      ),
  };
}

/** `2 acknowledged, 1 pending`. */
function deliveries(message: Message): string {
  const counts = new Map<string, number>();
  for (const { state } of Object.values(message.deliveries)) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}
