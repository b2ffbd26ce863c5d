import { setTimeout as wait } from 'node:timers/promises';
import { Frame } from '@fusion-kit/domain/api';
import { type Entry, SCHEMA_VERSION } from '@fusion-kit/domain/entry';
import { FusionError } from '@fusion-kit/domain/errors';
import * as z from 'zod';
import { WebSocket } from 'ws';
import type { ServerAddress } from './client.ts';

export interface Following {
  /** Number of the last event already seen. */
  after: number;
  /** Where the server is at present; asked before each connection, since a restart may change port and token. */
  locate: () => Promise<ServerAddress | undefined>;
  signal: AbortSignal;
}

const RECONNECT_MS = 250;
/** How long the server may be away before following it is given up. */
const PATIENCE_MS = 60_000;
const Frames = z.array(Frame);

/**
 * Everything after a number, live, in order, without a gap or a repeat: a lost connection is made anew from the last event seen. Ends when
 * `signal` aborts.
 * @throws {FusionError} `server_unreachable` when it stays away, `version_mismatch` when it speaks another version
 */
export async function* followEvents({ after, locate, signal }: Following): AsyncGenerator<Entry> {
  let seen = after;
  let lastHeard = performance.now();
  while (!signal.aborted) {
    const address = await locate();
    if (address) {
      for await (const frames of framesOf(address, seen, signal)) {
        lastHeard = performance.now();
        for (const frame of frames) {
          if (frame.kind === 'hello' && frame.schemaVersion !== SCHEMA_VERSION) {
            throw new FusionError(
              'version_mismatch',
              `the server speaks schema ${frame.schemaVersion}, this command ${SCHEMA_VERSION}`,
            );
          }
          if (frame.kind !== 'entry' || frame.seq <= seen) continue;
          const { kind: _kind, ...entry } = frame;
          seen = entry.seq;
          yield entry;
        }
      }
    }
    if (signal.aborted) return;
    if (performance.now() - lastHeard > PATIENCE_MS) {
      throw new FusionError('server_unreachable', `the server has been away for ${PATIENCE_MS / 1_000} s`);
    }
    await wait(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** One connection, until it ends for whatever reason. */
async function* framesOf(address: ServerAddress, after: number, signal: AbortSignal): AsyncGenerator<Frame[]> {
  const url = new URL(`/ws/events?after=${after}`, address.url);
  url.protocol = 'ws:';
  const socket = new WebSocket(url, {
    headers: { authorization: `Bearer ${address.token}` },
    handshakeTimeout: 10_000,
  });
  const waiting: Frame[][] = [];
  let bell = Promise.withResolvers<void>();
  let open = true;
  let refused: FusionError | undefined;
  const close = (): void => {
    open = false;
    bell.resolve();
  };
  socket.on('message', (data: Buffer) => {
    const frames = Frames.safeParse(JSON.parse(data.toString('utf8')));
    if (frames.success) waiting.push(frames.data);
    else
      refused = new FusionError(
        'version_mismatch',
        `the server sent a frame of unknown shape: ${frames.error.message}`,
      );
    bell.resolve();
  });
  socket.on('unexpected-response', (_request, response) => {
    if (response.statusCode === 401) refused = new FusionError('unauthorized', 'the server refused the token');
    socket.terminate();
    close();
  });
  // What went wrong shows as the end of the connection.
  socket.on('error', close);
  socket.on('close', close);
  const stop = (): void => socket.terminate();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for (;;) {
      const frames = waiting.shift();
      if (frames) {
        yield frames;
        continue;
      }
      if (refused) throw refused;
      if (!open) return;
      await bell.promise;
      bell = Promise.withResolvers();
    }
  } finally {
    signal.removeEventListener('abort', stop);
    socket.terminate();
  }
}
