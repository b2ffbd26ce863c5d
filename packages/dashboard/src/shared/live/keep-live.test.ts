import { afterEach, expect, it } from 'vitest';
import { demoRecording } from '../../../dev/recording.ts';
import { type Replay, replayServer } from '../../../dev/replay-server.ts';
import { apiClient } from '../api/api-client.ts';
import { keepLive } from './keep-live.ts';
import { LiveStore } from './live-store.ts';

const LOG = demoRecording(1_700_000_000_000);
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const serve = async (start: number, port = 0, token = 'right'): Promise<Replay> => {
  const replay = await replayServer({ dist: '', entries: LOG, start, token, port });
  closing.push(() => replay.close());
  return replay;
};

/** A page without a browser: the loop over real HTTP and a real socket. `until` resolves when the store is as asked. */
function openPage(url: string, token = 'right') {
  const store = new LiveStore((flush) => setImmediate(flush), Date.now);
  const leaving = new AbortController();
  closing.push(() => leaving.abort());
  let reloads = 0;
  const ports = {
    api: apiClient(url, token),
    openSocket: (after: number) =>
      new WebSocket(`${url.replace('http', 'ws')}/ws/events?after=${after}`, ['fusion-kit', `bearer.${token}`]),
    wait: (_ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => (signal.aborted ? resolve() : void setTimeout(resolve, 5))),
    reload: () => void reloads++,
  };
  const done = keepLive(store, ports, leaving.signal);
  const until = (reached: () => boolean) =>
    new Promise<void>((resolve) => {
      if (reached()) return resolve();
      const unsubscribe = store.subscribe(() => {
        if (!reached()) return;
        unsubscribe();
        resolve();
      });
    });
  return { store, until, done, reloads: () => reloads };
}

it('starts from a snapshot and follows', async () => {
  const replay = await serve(40);
  const { store, until } = openPage(replay.url);
  await until(() => store.connection.state === 'live');
  replay.advance(25);
  await until(() => store.seq === 65);
  expect([store.from, store.applied]).toEqual([40, 25]);
  expect(store.recent.map((entry) => entry.seq)).toEqual(LOG.slice(0, 65).map((entry) => entry.seq));
});

it('goes on after a restart of the server where it was: nothing twice, nothing missing', async () => {
  const first = await serve(40);
  const port = Number(new URL(first.url).port);
  const { store, until } = openPage(first.url);
  await until(() => store.connection.state === 'live');
  first.advance(10);
  await until(() => store.seq === 50);
  await first.close();
  await until(() => store.connection.state === 'reconnecting');
  await serve(90, port);
  await until(() => store.seq === 90 && store.connection.state === 'live');
  expect([store.from, store.applied]).toEqual([40, 50]); // the first snapshot still holds
});

it('starts anew when the server has another, shorter log', async () => {
  const first = await serve(60);
  const port = Number(new URL(first.url).port);
  const { store, until } = openPage(first.url);
  await until(() => store.connection.state === 'live');
  await first.close();
  await until(() => store.connection.state === 'reconnecting');
  await serve(20, port);
  await until(() => store.seq === 20);
  expect([store.from, store.applied]).toEqual([20, 0]);
});

it('gives up at once when the token is refused', async () => {
  const replay = await serve(10);
  const { store, done } = openPage(replay.url, 'wrong');
  await done;
  expect(store.connection.state).toBe('refused');
});

it('gives up when a restarted server has another token, though its health is told to anyone', async () => {
  const first = await serve(10);
  const port = Number(new URL(first.url).port);
  const { store, until, done } = openPage(first.url);
  await until(() => store.connection.state === 'live');
  await first.close();
  await serve(10, port, 'another');
  await done;
  expect(store.connection.state).toBe('refused');
});
