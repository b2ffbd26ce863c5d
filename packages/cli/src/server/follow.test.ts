import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Frame } from '@fusion-kit/domain/api';
import { type Entry, SCHEMA_VERSION } from '@fusion-kit/domain/entry';
import { afterEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { followEvents } from './follow.ts';

const servers: WebSocketServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
});

const hello = (schemaVersion = SCHEMA_VERSION): Frame => ({
  kind: 'hello',
  schemaVersion,
  serverVersion: '1',
  head: 9,
});
const entry = (seq: number): Frame => ({
  kind: 'entry',
  seq,
  at: seq,
  event: { type: 'server.stopped', v: 1, reason: `event ${seq}` },
});

/** A server that treats each connection in turn, and the addresses it was asked for. */
async function serving(...turns: ((socket: WebSocket) => void)[]) {
  const asked: string[] = [];
  const tokens: (string | undefined)[] = [];
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  servers.push(server);
  server.on('connection', (socket, request) => {
    asked.push(request.url ?? '');
    tokens.push(request.headers.authorization);
    turns.shift()?.(socket);
  });
  await once(server, 'listening');
  const address = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'secret' };
  return { asked, tokens, locate: () => Promise.resolve(address) };
}

const say = (socket: WebSocket, ...frames: Frame[]): void => socket.send(JSON.stringify(frames));

async function collect(following: AsyncGenerator<Entry>, wanted: number): Promise<number[]> {
  const seen: number[] = [];
  for await (const { seq } of following) {
    seen.push(seq);
    if (seen.length === wanted) break;
  }
  return seen;
}

it('goes on after a lost connection from the last event it saw, without a gap or a repeat', async () => {
  const { asked, tokens, locate } = await serving(
    (socket) => {
      say(socket, hello(), entry(4), entry(5));
      socket.close();
    },
    (socket) => say(socket, hello(), entry(5), entry(6), entry(7)),
  );
  const { signal } = new AbortController();
  expect(await collect(followEvents({ after: 3, locate, signal }), 4)).toEqual([4, 5, 6, 7]);
  expect(asked).toEqual(['/ws/events?after=3', '/ws/events?after=5']);
  expect(tokens).toEqual(['Bearer secret', 'Bearer secret']);
});

it('asks anew where the server is, since a restart may change that', async () => {
  const first = await serving((socket) => {
    say(socket, hello(), entry(1));
    socket.close();
  });
  const second = await serving((socket) => say(socket, hello(), entry(2)));
  const places = [first.locate, () => Promise.resolve(undefined), second.locate];
  const locate = () => (places.shift() ?? second.locate)();
  expect(await collect(followEvents({ after: 0, locate, signal: new AbortController().signal }), 2)).toEqual([1, 2]);
});

it('ends when it is told to, also while nothing happens', async () => {
  const stopping = new AbortController();
  const { locate } = await serving((socket) => {
    say(socket, hello());
    stopping.abort();
  });
  expect(await collect(followEvents({ after: 0, locate, signal: stopping.signal }), 1)).toEqual([]);
});

it('refuses a server that speaks another version', async () => {
  const { locate } = await serving((socket) => say(socket, hello(SCHEMA_VERSION + 1)));
  const following = followEvents({ after: 0, locate, signal: new AbortController().signal });
  await expect(collect(following, 1)).rejects.toMatchObject({ code: 'version_mismatch' });
});
