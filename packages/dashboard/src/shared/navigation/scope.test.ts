import { expect, it } from 'vitest';
import { demoRecording } from '../../../dev/recording.ts';
import { snapshotOf } from '../../../dev/snapshot-of.ts';
import { LiveStore } from '../live/live-store.ts';
import { pageSearch } from './page-search.ts';
import { runsOf, scopeRun } from './scope.ts';

type Kind = 'running' | 'ended' | 'by hand, open' | 'by hand, done';

/** A store with such runs, each started after the one before it; and their ids. */
function storeWith(...kinds: Kind[]) {
  const store = new LiveStore(
    () => undefined,
    () => 0,
  );
  const { rows, ...server } = snapshotOf(demoRecording(0));
  const [run] = rows.runs;
  const [task] = rows.tasks;
  if (!run || !task) throw new Error('the recording has no run');
  const id = (at: number) => `${run.id.slice(0, -1)}${at}` as typeof run.id;
  const { workflowId: _none, ...byHand } = run;
  const runs = kinds.map((kind, at) => ({
    ...(kind.startsWith('by hand') ? byHand : run),
    id: id(at),
    startedAt: at,
    state: kind === 'ended' ? ('completed' as const) : ('running' as const),
  }));
  const tasks = kinds.flatMap((kind, at) =>
    kind === 'by hand, open' ? [{ ...task, runId: id(at), state: 'queued' as const }] : [],
  );
  store.start({ ...server, rows: { ...rows, runs, tasks } });
  return { store, id };
}

it('shows the run that is under way before newer ones that have ended', () => {
  const { store, id } = storeWith('ended', 'running', 'ended', 'by hand, open');
  expect(runsOf(store).map((run) => run.id)).toEqual([id(1), id(3), id(2), id(0)]);
});

it('shows tasks given by hand before what has ended while some are open', () => {
  const open = storeWith('by hand, open', 'ended');
  expect(scopeRun(open.store, {})?.id).toBe(open.id(0));
  const done = storeWith('ended', 'by hand, done');
  expect(scopeRun(done.store, {})?.id).toBe(done.id(0));
});

it('shows the run that the address names in any case', () => {
  const { store, id } = storeWith('ended', 'running');
  expect(scopeRun(store, { run: id(0) })?.id).toBe(id(0));
});

it('reads only ids from an address', () => {
  expect(pageSearch({ run: 'run_1', task: '<script>', agent: 7, other: 'x' })).toEqual({ run: 'run_1' });
});
