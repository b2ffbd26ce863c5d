import { type EventView, type Frame, SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '@fusion-kit/domain/api';
import type { RealServer } from './real-server.ts';

export interface Seen {
  view: EventView;
  /** By the clock of `performance.now()`. */
  atMs: number;
}

/** What a bare client of `/ws/events` sees, with nothing between the socket and the clock. */
export interface Watch {
  /** The first event that fits, also one that came before it was asked for. */
  seen(fits: (view: EventView) => boolean): Promise<Seen>;
  /** All that came so far. */
  readonly came: readonly Seen[];
  close(): void;
}

const PATIENCE_MS = 120_000;

/** Follows the log of a server after a number, by default from its beginning. */
export async function watch({ url, token }: RealServer, after = 0): Promise<Watch> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/events?after=${after}`, [
    SUBPROTOCOL,
    TOKEN_SUBPROTOCOL_PREFIX + token,
  ]);
  const came: Seen[] = [];
  const asked = new Set<() => void>();
  await new Promise((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('the server refused the socket')), { once: true });
    socket.addEventListener('message', ({ data }) => {
      const atMs = performance.now();
      for (const frame of JSON.parse(String(data)) as Frame[])
        if (frame.kind === 'entry') came.push({ view: frame, atMs });
      for (const look of asked) look();
      resolve(undefined);
    });
  });
  return {
    came,
    seen: (fits) =>
      new Promise((resolve, reject) => {
        let looked = 0;
        const impatience = setTimeout(() => reject(new Error('an awaited event did not come')), PATIENCE_MS);
        const look = () => {
          while (looked < came.length) {
            const one = came[looked++]!;
            if (!fits(one.view)) continue;
            clearTimeout(impatience);
            asked.delete(look);
            return resolve(one);
          }
        };
        asked.add(look);
        look();
      }),
    close: () => socket.close(),
  };
}
