import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { createAdaptorServer, type WebSocketServerLike } from '@hono/node-server';
import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import type { Hono } from 'hono';
import { buildApp, type Listening } from './app.ts';
import type { ServerOptions } from './options.ts';

/** How long goodbyes and answers under way may take. */
const CLOSE_MS = 2_000;

export interface Server {
  /** The routes without a socket, for tests: `app.request('/api/v1/health')`. */
  app: Hono;
  /**
   * Opens the port; 0 takes any free one.
   * @throws {FusionError} `port_taken` naming the port
   */
  listen(address: { port: number; host?: string | undefined }): Promise<{ url: string; port: number }>;
  /** Stops listening, lets answers under way finish, tells WebSockets that it goes away. Takes two seconds at most; closes no engine. */
  close(): Promise<void>;
}

/** The HTTP API, the stream of events and the page, over an engine. */
export function createServer(options: ServerOptions): Server {
  const listening: Listening = { port: undefined, stopping: false };
  const { app, sockets } = buildApp(options, listening);
  const http = createAdaptorServer({
    fetch: app.fetch,
    websocket: { server: sockets.server as WebSocketServerLike },
    // Other upgrades (a client that offers HTTP/2, say) are answered as plain requests instead of waiting forever.
    serverOptions: { shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket' },
  }) as HttpServer;

  return {
    app: app as unknown as Hono,

    async listen({ port, host = '127.0.0.1' }) {
      http.listen(port, host);
      await once(http, 'listening').catch((error: unknown) => {
        throw notListening(error, port, host);
      });
      listening.port = (http.address() as AddressInfo).port;
      return { url: `http://${host.includes(':') ? `[${host}]` : host}:${listening.port}`, port: listening.port };
    },

    async close() {
      if (listening.stopping) return;
      listening.stopping = true;
      sockets.close();
      if (!http.listening) return;
      const closed = once(http, 'close');
      http.close();
      http.closeIdleConnections();
      const late = new AbortController();
      await Promise.race([closed, after(CLOSE_MS, undefined, { signal: late.signal }).catch(() => {})]);
      late.abort();
      sockets.terminate();
      http.closeAllConnections();
      await closed;
    },
  };
}

function notListening(error: unknown, port: number, host: string): FusionError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return new FusionError('port_taken', `port ${port} on ${host} is in use`, { cause: error });
  if (code === 'EACCES')
    return new FusionError('port_taken', `port ${port} on ${host} is reserved: this user may not open it`, {
      cause: error,
    });
  return asFusionError(error);
}
