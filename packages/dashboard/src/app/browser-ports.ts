import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '@fusion-kit/domain/api';
import type { ApiClient } from '../shared/api/api-client.ts';
import type { LivePorts } from '../shared/live/keep-live.ts';

const RELOADED = 'fusion-kit.reloaded';
/** Reloads closer together than this would never end: the server then serves another page than its own. */
const RELOAD_PAUSE_MS = 10_000;

const HIDDEN_FLUSH_MS = 1_000;

/** The next frame; in a tab nobody looks at there are no frames, so a slow clock takes their place and nothing piles up. */
export function soon(flush: () => void): void {
  const run = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    flush();
  };
  const frame = requestAnimationFrame(run);
  const timer = setTimeout(run, HIDDEN_FLUSH_MS);
}

/** What the live loop needs, as a browser has it. */
export function livePorts(api: ApiClient, token: string): LivePorts {
  return {
    api,
    openSocket(after) {
      const address = new URL(`/ws/events?after=${after}`, window.location.href);
      address.protocol = address.protocol.replace('http', 'ws');
      return new WebSocket(address, [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + token]);
    },
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          window.removeEventListener('online', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', done);
        window.addEventListener('online', done);
      }),
    reload() {
      const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
      if (Date.now() - last < RELOAD_PAUSE_MS) return;
      sessionStorage.setItem(RELOADED, String(Date.now()));
      window.location.reload();
    },
  };
}
