import type { WebSocketServer } from 'ws';

/** Pings every socket and ends those that have not answered the ping before: their other side is gone without a word. */
export function heartbeat(sockets: WebSocketServer, everyMs: number): { close(): void } {
  const awaited = new WeakSet<object>();
  const timer = setInterval(() => {
    for (const socket of sockets.clients) {
      if (awaited.has(socket)) {
        socket.terminate();
        continue;
      }
      awaited.add(socket);
      socket.once('pong', () => awaited.delete(socket));
      socket.ping();
    }
  }, everyMs);
  timer.unref();
  return { close: () => clearInterval(timer) };
}
