import { expect, it } from 'vitest';
import { kindsRecording } from '../../../dev/recording-kinds.ts';
import { snapshotOf } from '../../../dev/snapshot-of.ts';
import { shownState } from '../ui/task-look.ts';
import { insideLine, insideOf, itemsOf, ownNodeOf } from './inside.ts';
import { LiveStore } from './live-store.ts';

const { entries, underWay } = kindsRecording(0);
const store = new LiveStore(
  () => undefined,
  () => 0,
);
store.start(snapshotOf(entries.slice(0, underWay)));
const named = (node: string) => store.all('tasks').find((task) => task.node === node)!;
const line = (node: string) => insideLine(named(node), insideOf(store, named(node)));

it('counts the items of a map, the rounds of a loop and the nodes of a sub-workflow', () => {
  expect(line('migrate')).toBe('3 of 7 · 2 at work');
  expect(line('repair')).toBe('round 2 of at most 5');
  expect(line('notes')).toBe('1 of 2');
});

it('says what has failed inside, and how many rounds it took in the end', () => {
  const inside = { ended: 3, of: 7, atWork: 0, failed: 1 };
  expect(insideLine(named('migrate'), inside)).toBe('3 of 7 · 1 failed');
  expect(insideLine({ ...named('repair'), state: 'completed' }, { ...inside, failed: 0 })).toBe('2 rounds');
  expect(insideLine({ ...named('migrate') }, { ...inside, of: undefined })).toBe('nothing inside yet');
});

it('finds the node of the workflow that a task runs in, which is where a run can be gone on from', () => {
  expect(ownNodeOf(store, named('migrate[2]/lint')).node).toBe('migrate');
  expect(ownNodeOf(store, named('survey')).node).toBe('survey');
});

it('keeps the items in their order', () => {
  const children = store.all('tasks').filter((task) => task.scope?.parent === named('migrate').id);
  expect([...itemsOf(children)].map(([index, own]) => [index, own.length])).toEqual([
    [1, 2],
    [2, 2],
    [3, 2],
    [4, 2],
    [5, 2],
  ]);
});

it('shows as the state of a task what matters most about it', () => {
  const shown = (node: string) => shownState(named(node));
  expect([shown('sign-off'), shown('audit'), shown('migrate'), shown('glance'), shown('measure')]).toEqual([
    'asking',
    'stalled',
    'running',
    'skipped',
    'failed',
  ]);
  expect(shownState({ ...named('survey'), inheritedFrom: named('survey').id })).toBe('kept');
  expect(shown('migrate[5]/move')).toBe('preparing');
});

it('lists what waits for a person, no longer than it waits; a failure that a node is there for waits for nobody', () => {
  expect(store.inbox.map(({ kind, node }) => [kind, node])).toEqual([
    ['approval', 'sign-off'],
    ['question', 'migrate[4]/move'],
    ['stalled', 'audit'],
  ]);
  const { projectId, runId, id: taskId } = named('sign-off');
  const event = { type: 'task.skipped', v: 1, projectId, runId, taskId, reason: 'skipped by a person' } as const;
  store.receive([{ kind: 'entry', seq: underWay + 1, at: 1, event }]);
  expect(store.inbox.map(({ node }) => node)).toEqual(['migrate[4]/move', 'audit']);
});
