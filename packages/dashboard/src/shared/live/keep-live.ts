import { Frame, Health, PublicHealth, SnapshotView } from '@fusion-kit/domain/api';
import { SCHEMA_VERSION } from '@fusion-kit/domain/entry';
import { FusionError } from '@fusion-kit/domain/errors';
import type * as z from 'zod';
import type { ApiClient } from '../api/api-client.ts';
import { EntryPage } from '../api/entry-page.ts';
import type { LiveStore } from './live-store.ts';

const BACKOFF_FIRST_MS = 250;
const BACKOFF_MAX_MS = 5_000;
const HISTORY = 500;
const CALL_HISTORY = 1_000;

/** What the loop needs of a browser; a test gives its own. */
export interface LivePorts {
  api: ApiClient;
  /** A socket that is given every frame after a number. */
  openSocket: (after: number) => WebSocket;
  /** Resolves after some time, or at once when `signal` aborts. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Loads the page again: it was built for another version of the server. */
  reload: () => void;
}

type Ended = 'closed' | 'resync';

/** Keeps the store at the head of the server's log until `signal` aborts or the token is refused; reconnects by itself. */
export async function keepLive(store: LiveStore, ports: LivePorts, signal: AbortSignal): Promise<void> {
  let attempt = 0;
  let stale = true;
  const ask = { signal };
  while (!signal.aborted) {
    try {
      if (stale) await startFromSnapshot(store, ports, signal);
      else checkServer(store, await ports.api.get('/health', Health.or(PublicHealth), ask), ports);
      stale = false;
      const opened = () => {
        attempt = 0;
        store.connectionIs('live');
      };
      stale = (await followSocket(store, ports, opened, signal)) === 'resync';
    } catch (thrown) {
      if (signal.aborted) return;
      if (thrown instanceof FusionError && thrown.status === 401) {
        store.connectionIs('refused');
        return;
      }
    }
    if (signal.aborted) return;
    store.connectionIs('reconnecting');
    await ports.wait(Math.min(BACKOFF_FIRST_MS * 2 ** attempt++, BACKOFF_MAX_MS), signal);
  }
}

async function startFromSnapshot(store: LiveStore, { api, reload }: LivePorts, signal: AbortSignal): Promise<void> {
  const snapshot = await api.get('/snapshot', SnapshotView, { signal });
  if (snapshot.schemaVersion !== SCHEMA_VERSION) {
    reload();
    throw new FusionError('version_mismatch', `the server writes events of schema ${snapshot.schemaVersion}`);
  }
  const entries = (query: Record<string, string | number>) =>
    api.get('/events', EntryPage, { signal, query: { order: 'newest', ...query } }).then(({ items }) => items);
  const [history, calls] = await Promise.all([
    entries({ limit: HISTORY }),
    entries({ limit: CALL_HISTORY, type: 'model.called' }),
  ]);
  store.start(snapshot, history, calls);
}

/** After a restart: another version of the server needs another page, and another token another address. */
function checkServer(store: LiveStore, health: Health | z.infer<typeof PublicHealth>, ports: LivePorts): void {
  if (!('schemaVersion' in health)) throw new FusionError('unauthorized', 'the server has another token now');
  if (!isOther(store, health.schemaVersion, health.version)) return;
  ports.reload();
  throw new FusionError('version_mismatch', `the server is now ${health.version}`);
}

function followSocket(store: LiveStore, ports: LivePorts, opened: () => void, signal: AbortSignal): Promise<Ended> {
  return new Promise((resolve) => {
    const socket = ports.openSocket(store.seq);
    const stop = (how: Ended) => {
      resolve(how);
      socket.close();
    };
    socket.addEventListener('message', ({ data }) => {
      const frames = framesOf(data);
      if (!frames) return stop('resync');
      const hello = frames.find((frame) => frame.kind === 'hello');
      if (hello) {
        if (isOther(store, hello.schemaVersion, hello.serverVersion)) {
          ports.reload();
          return stop('resync');
        }
        if (hello.head < store.seq) return stop('resync'); // another log than the one this page knows
        opened();
      }
      if (store.receive(frames) === 'resync') stop('resync');
    });
    socket.addEventListener('close', () => resolve('closed'));
    socket.addEventListener('error', () => resolve('closed'));
    signal.addEventListener('abort', () => stop('closed'), { once: true });
  });
}

const isOther = (store: LiveStore, schemaVersion: number, serverVersion: string): boolean =>
  schemaVersion !== SCHEMA_VERSION || serverVersion !== store.server?.serverVersion;

function framesOf(data: unknown): Frame[] | undefined {
  try {
    return Frame.array().parse(JSON.parse(String(data)));
  } catch {
    return undefined;
  }
}
