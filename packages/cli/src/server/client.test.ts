import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FusionError } from '@fusion-kit/domain/errors';
import * as z from 'zod';
import { afterEach, expect, it } from 'vitest';
import { Client } from './client.ts';

const Answer = z.object({ answer: z.number() });
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A client of a server that answers its requests in turn, one handler each. */
async function clientOf(...handlers: Handler[]): Promise<{ client: Client; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    handlers.shift()?.(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { client: new Client({ url, token: 'secret' }, '1.2.3'), requests };
}

const drops: Handler = (request) => request.socket.destroy();
const answers: Handler = (_request, response) => void response.end('{"answer": 42}');

it('shows its token and its version, and leaves out what was not asked', async () => {
  const { client, requests } = await clientOf(answers);
  await client.get('/things', Answer, { query: { limit: 5, cursor: undefined } });
  expect(requests[0]!.url).toBe('/api/v1/things?limit=5');
  expect(requests[0]!.headers).toMatchObject({ authorization: 'Bearer secret', 'x-fusion-kit-version': '1.2.3' });
});

it('posts again under the same key when the connection drops, so that nothing is done twice', async () => {
  const { client, requests } = await clientOf(drops, answers);
  expect(await client.post('/things', Answer, { a: 1 })).toEqual({ answer: 42 });
  const keys = requests.map((request) => request.headers['idempotency-key']);
  expect(keys).toEqual([expect.any(String), keys[0]]);
});

it('gives two posts two keys', async () => {
  const { client, requests } = await clientOf(answers, answers);
  await client.post('/things', Answer, {});
  await client.post('/things', Answer, {});
  expect(requests[0]!.headers['idempotency-key']).not.toBe(requests[1]!.headers['idempotency-key']);
});

it('sends a change only once: it may have been made', async () => {
  const { client, requests } = await clientOf(drops, answers);
  await expect(client.patch('/things/1', Answer, {})).rejects.toMatchObject({ code: 'server_unreachable' });
  expect(requests).toHaveLength(1);
});

it('throws the error that the server names, with its remedy', async () => {
  const error = new FusionError('agent_unknown', 'there is no agent x', { details: { id: 'x' } });
  const { client } = await clientOf((_request, response) => {
    response.statusCode = 404;
    response.end(JSON.stringify({ error }));
  });
  await expect(client.get('/agents/x', Answer)).rejects.toMatchObject(error.toJSON());
});

it('refuses an answer of another shape', async () => {
  const { client } = await clientOf((_request, response) => void response.end('{"answer": "many"}'));
  await expect(client.get('/things', Answer)).rejects.toMatchObject({ code: 'internal' });
});

it('gives up on a server that does not answer in time', async () => {
  const { client } = await clientOf(() => undefined);
  await expect(client.get('/things', Answer, { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'server_unreachable',
    details: { connection: 'timed out' },
  });
});
