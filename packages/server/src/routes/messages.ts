import type { OpenAPIHono } from '@hono/zod-openapi';
import { MessageQuery, NewMessage, page } from '@fusion-kit/domain/api';
import { MessageId } from '@fusion-kit/domain/ids';
import { keepText } from '@fusion-kit/domain/kept-text';
import { Message } from '@fusion-kit/domain/message';
import * as z from 'zod';
import { endpoint, idParams } from '../endpoint.ts';
import type { ServerOptions } from '../options.ts';
import { pageOf, rowOf } from '../rows.ts';

const SentReply = z.object({ messageId: MessageId });

export function messageRoutes(app: OpenAPIHono, { engine, clock }: ServerOptions): void {
  const list = { method: 'get', path: '/messages', summary: 'Lists messages.' } as const;
  endpoint(app, { ...list, query: MessageQuery, answer: page(Message) }, ({ query }) => {
    const { project: projectId, run: runId } = query;
    return pageOf(engine, { table: 'messages', filter: { projectId, runId } }, query);
  });

  const send = { method: 'post', path: '/messages', summary: 'Sends a message to an agent or a topic.' } as const;
  endpoint(app, { ...send, body: NewMessage, answer: Message, status: 201 }, async ({ body, idempotency }) => {
    const { project: projectId, to, from, text, ttlMs } = body;
    const messageId = engine.newId('msg');
    const { reply } = await engine.submit(
      {
        type: 'message.send',
        messageId,
        projectId,
        from: { kind: 'person', name: from },
        to,
        text: await keepText(engine.blobs, text),
        expiresAt: ttlMs === undefined ? undefined : clock() + ttlMs,
      },
      { idempotency, reply: { messageId } },
    );
    return rowOf(engine, 'messages', SentReply.parse(reply).messageId);
  });

  const one = { path: '/messages/{id}', params: idParams(MessageId), answer: Message } as const;
  endpoint(app, { ...one, method: 'get', summary: 'Shows a message and its deliveries.' }, ({ params }) =>
    rowOf(engine, 'messages', params.id),
  );
}
