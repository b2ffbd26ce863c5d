import { expect, it } from 'vitest';
import { demoRecording } from '../../../dev/recording.ts';
import { snapshotOf } from '../../../dev/snapshot-of.ts';
import { LiveStore } from '../live/live-store.ts';
import { pageSearch } from './page-search.ts';
import { scopeRun } from './scope.ts';

function storeWith(...ended: boolean[]) {
  const store = new LiveStore(
    () => undefined,
    () => 0,
  );
  const snapshot = snapshotOf(demoRecording(0));
  const [run] = snapshot.rows.runs;
  if (!run) throw new Error('the recording has no run');
  const id = (at: number) => `${run.id.slice(0, -1)}${at}` as typeof run.id;
  const runs = ended.map((over, at) => ({
    ...run,
    id: id(at),
    startedAt: at,
    state: over ? ('completed' as const) : ('running' as const),
  }));
  store.start({ ...snapshot, rows: { ...snapshot.rows, runs } });
  return { store, id };
}

it('shows the run that is under way before newer ones that have ended', () => {
  const { store, id } = storeWith(true, false, true);
  expect(scopeRun(store, {})?.id).toBe(id(1));
});

it('shows the latest when all have ended, and the one the address names in any case', () => {
  const { store, id } = storeWith(true, true);
  expect(scopeRun(store, {})?.id).toBe(id(1));
  expect(scopeRun(store, { run: id(0) })?.id).toBe(id(0));
});

it('reads only ids from an address', () => {
  expect(pageSearch({ run: 'run_1', task: '<script>', agent: 7, other: 'x' })).toEqual({ run: 'run_1' });
});
