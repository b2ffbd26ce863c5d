import type { Frame } from '@fusion-kit/domain/api';
import type { Entry } from '@fusion-kit/domain/entry';
import { World } from '@fusion-kit/domain/world';
import { expect, it } from 'vitest';
import { demoRecording } from '../../../dev/recording.ts';
import { snapshotOf } from '../../../dev/snapshot-of.ts';
import { LiveStore } from './live-store.ts';

const LOG = demoRecording(1_700_000_000_000);
const frames = (entries: readonly Entry[]): Frame[] => entries.map((entry) => ({ kind: 'entry', ...entry }));

/** A store at some event, and the flushes that wait to be run. */
function storeAt(seq: number) {
  const waiting: (() => void)[] = [];
  const store = new LiveStore(
    (flush) => waiting.push(flush),
    () => 1_700_000_100_000,
  );
  store.start(snapshotOf(LOG.slice(0, seq)), LOG.slice(0, seq));
  const paint = () => waiting.splice(0).forEach((flush) => flush());
  paint();
  return { store, paint };
}

const rowsOf = (world: World) =>
  (['projects', 'agents', 'runs', 'tasks', 'messages', 'workflows'] as const).map((table) => [...world.all(table)]);

it('comes to the rows of the whole log from any snapshot and what follows it', () => {
  const whole = new World();
  for (const entry of LOG) whole.apply(entry);
  for (const from of [0, 1, 60, LOG.length - 1]) {
    const { store } = storeAt(from);
    expect(store.receive(frames(LOG.slice(from)))).toBe('applied');
    expect(rowsOf(store.world)).toEqual(rowsOf(whole));
    expect(store.from + store.applied).toBe(LOG.length);
  }
});

it('ignores what it has seen, so that an overlap after a reconnect counts once', () => {
  const { store } = storeAt(50);
  store.receive(frames(LOG.slice(50, 80)));
  expect(store.receive(frames(LOG.slice(40, 90)))).toBe('applied');
  expect(store.seq).toBe(90);
  expect(store.applied).toBe(40);
});

it('asks for a snapshot at a gap and keeps what came before it', () => {
  const { store } = storeAt(50);
  expect(store.receive(frames([...LOG.slice(50, 55), ...LOG.slice(56, 60)]))).toBe('resync');
  expect(store.seq).toBe(55);
});

it('asks for a snapshot when its rows refuse an event, without counting it', () => {
  const { store } = storeAt(50);
  const impossible = { ...LOG[50], event: LOG.find(({ event }) => event.type === 'run.completed')?.event } as Entry;
  expect(store.receive(frames([impossible]))).toBe('applied'); // a running run may complete
  expect(store.receive(frames([{ ...impossible, seq: 52 }]))).toBe('resync'); // a completed one may not
  expect(store.seq).toBe(51);
});

it('tells listeners once for a burst, and gives lists that keep their identity until their table changes', () => {
  const { store, paint } = storeAt(60);
  let told = 0;
  store.subscribe(() => told++);
  const projects = store.all('projects');
  const before = store.version;
  store.receive(frames(LOG.slice(60, 70)));
  store.receive(frames(LOG.slice(70, 75)));
  paint();
  expect(told).toBe(1);
  expect(store.version).toBe(before + 1);
  const servers = store.all('workflows');
  store.receive(frames(LOG.slice(75, 80)));
  paint();
  expect(store.all('workflows')).toBe(servers);
  expect(store.all('projects')).not.toBe(projects); // model calls are charged to it
});

it('hands followers every entry once, in order', () => {
  const { store, paint } = storeAt(20);
  const seen: number[] = [];
  store.follow((entries) => seen.push(...entries.map((entry) => entry.seq)));
  store.receive(frames(LOG.slice(20, 40)));
  paint();
  store.receive(frames(LOG.slice(30, 60)));
  paint();
  expect(seen).toEqual(LOG.slice(20, 60).map((entry) => entry.seq));
});

it('shows streamed text until the answer is an event', () => {
  const answered = LOG.findIndex(({ event }) => event.type === 'step.answered');
  const { store } = storeAt(answered);
  const event = LOG[answered]?.event;
  if (event?.type !== 'step.answered') throw new Error('the recording has no answer');
  const { agentId, taskId } = event;
  store.receive([
    { kind: 'delta', agentId, taskId, text: 'I will ' },
    { kind: 'delta', agentId, taskId, text: 'look' },
  ]);
  expect(store.activity(agentId)).toMatchObject({ kind: 'writing', text: 'I will look' });
  store.receive(frames(LOG.slice(answered, answered + 1)));
  expect(store.activity(agentId)).toMatchObject({ kind: 'said' });
});
