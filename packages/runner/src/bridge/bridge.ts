import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { ForwardProxy } from '../outside/forward-proxy.ts';
import { type Handler, requestListener } from './request-listener.ts';

export interface BridgeLimits {
  /** Until the head of a request is here, and the whole of it, from its first byte. */
  headMs: number;
  requestMs: number;
  /** Longest that a connection may be open without a byte in either direction; longer than a model may think. */
  silentMs: number;
  connections: number;
  /** How long what was under way may take to end when the bridge is closed. */
  closingMs: number;
}

const BRIDGE_LIMITS: BridgeLimits = {
  headMs: 10_000,
  requestMs: 60_000,
  silentMs: 900_000,
  connections: 200,
  closingMs: 2_000,
};

/** Where services of this process are reached from outside: a unix socket at this path, or a port of the loopback that any program here reaches. */
export type BridgeEnd = { socket: string } | 'loopback';

export interface OpenBridge {
  /** On the loopback; of a socket 0. */
  port: number;
  /** Breaks off what is under way, and resolves when it has ended, or has had its time. */
  readonly close: () => Promise<void>;
}

/** Serves a handler over HTTP at one end of a bridge, and a proxy beside it, which is closed with it. */
export async function openBridge(
  end: BridgeEnd,
  handle: Handler,
  limits: Partial<BridgeLimits> = {},
  proxy?: ForwardProxy,
): Promise<OpenBridge> {
  const { headMs, requestMs, silentMs, connections, closingMs } = { ...BRIDGE_LIMITS, ...limits };
  const underWay = new Set<Promise<void>>();
  const listener = requestListener(handle, underWay);
  const server = createServer(
    { headersTimeout: headMs, requestTimeout: requestMs, connectionsCheckingInterval: Math.min(headMs, 5_000) },
    (incoming, outgoing) =>
      proxy?.isFor(incoming) ? void proxy.request(incoming, outgoing) : listener(incoming, outgoing),
  );
  // Node: "guaranteed to be an instance of net.Socket unless the user specifies another type".
  if (proxy) server.on('connect', (incoming, client, head) => void proxy.connect(incoming, client as Socket, head));
  server.timeout = silentMs;
  server.maxConnections = connections;
  server.listen(end === 'loopback' ? { port: 0, host: '127.0.0.1' } : { path: end.socket });
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    async close() {
      const closed = once(server, 'close');
      proxy?.close();
      server.close();
      server.closeAllConnections();
      await closed;
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), closingMs);
      await Promise.race([Promise.allSettled(underWay), once(late.signal, 'abort')]);
      clearTimeout(timer);
    },
  };
}
