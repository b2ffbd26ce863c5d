import { upgradeWebSocket } from '@hono/node-server';
import { CLOSE_BAD_REQUEST, type Frame, SUBPROTOCOL } from '@fusion-kit/domain/api';
import { SCHEMA_VERSION } from '@fusion-kit/domain/entry';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Hono } from 'hono';
import { type WebSocket, WebSocketServer } from 'ws';
import { type ServerOptions, SOCKET_LIMITS } from '../options.ts';
import { heartbeat } from './heartbeat.ts';
import { streamEvents } from './stream-events.ts';
import { subscriptionOf } from './subscription.ts';

/** Clients say nothing over this socket, so what they may say is small. */
const MESSAGE_MAX_BYTES = 1_000;
const GOING_AWAY = 1001;
const INTERNAL_ERROR = 1011;

export interface EventSockets {
  server: WebSocketServer;
  /** Tells every client that the server goes away and lets the log go. */
  close(): void;
  /** Ends sockets that did not say goodbye. */
  terminate(): void;
}

/** `/ws/events`: the log from a number on, live. Token, Host and Origin were checked before. */
export function eventSockets(
  app: Pick<Hono, 'get'>,
  options: ServerOptions,
  log: (message: string, error: unknown) => void,
): EventSockets {
  const { engine, version } = options;
  const { maxSockets, pingEveryMs, bufferMaxBytes } = { ...SOCKET_LIMITS, ...options.sockets };
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_MAX_BYTES,
    // The other subprotocol that a browser offers is its token: never say that one back.
    handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
  });
  const pings = heartbeat(server, pingEveryMs);
  const closing = new AbortController();

  function serve(socket: WebSocket, query: Record<string, string>): void {
    // Also said to a client that is refused: whoever followed another log sees by `head` that this is not the one it knows.
    const hello: Frame = { kind: 'hello', schemaVersion: SCHEMA_VERSION, serverVersion: version, head: engine.head };
    socket.send(JSON.stringify([hello]));
    const subscription = subscriptionOf(query, engine.head);
    if (typeof subscription === 'string') return socket.close(CLOSE_BAD_REQUEST, subscription);
    const gone = new AbortController();
    socket.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, closing.signal]);
    streamEvents(socket, subscription, { engine, bufferMaxBytes }, signal).catch((error: unknown) => {
      if (signal.aborted) return;
      log('a stream of events ended', error);
      socket.close(INTERNAL_ERROR, 'the log cannot be read any more');
    });
  }

  app.get(
    '/ws/events',
    async (context, next) => {
      if (context.req.header('upgrade')?.toLowerCase() !== 'websocket')
        throw new FusionError('bad_request', 'this address is for WebSockets only');
      if (server.clients.size >= maxSockets)
        throw new FusionError('connections_exhausted', `${maxSockets} sockets are open already`);
      await next();
    },
    upgradeWebSocket((context) => {
      const query = context.req.query();
      return { onOpen: (_event, { raw }) => serve(raw as unknown as WebSocket, query) };
    }),
  );

  return {
    server,
    close() {
      pings.close();
      closing.abort();
      for (const socket of server.clients) socket.close(GOING_AWAY, 'the server stops');
    },
    terminate() {
      for (const socket of server.clients) socket.terminate();
    },
  };
}
