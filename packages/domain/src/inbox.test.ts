import { sampleId } from '@fusion-kit/testing/journal-samples';
import { SAMPLE, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { expect, it } from 'vitest';
import type { Event } from './event.ts';
import { inboxOf } from './inbox.ts';
import type { MapWork } from './nodes/map.ts';
import type { TaskSpec } from './task.ts';
import { World } from './world.ts';

const ids = { build: 1, mend: 2, all: 3, item: 4 } as const;
const idOf = (node: keyof typeof ids) => sampleId('tsk', ids[node]);
const created = (node: keyof typeof ids, more: Partial<TaskSpec> = {}): Event => ({
  ...SAMPLE['task.created'],
  taskId: idOf(node),
  spec: { ...sampleTaskSpec, id: idOf(node), node, ...more },
});
const { agentId: _agent, dispatchId: _dispatch, ...failure } = SAMPLE['task.failed'];
const failed = (node: keyof typeof ids): Event => ({ ...failure, taskId: idOf(node) });
const map = (tolerant: boolean): MapWork => ({ kind: 'map', over: '[1]', width: 1, tolerant, outputs: {} });
const inAll = { scope: { parent: idOf('all'), index: 1, prefix: 'all[1]/', values: {} } };
const opened: Event = { ...SAMPLE['task.opened'], taskId: idOf('all') };

/** What waits in the sample run after these events, oldest first. */
function inboxAfter(...events: Event[]) {
  const world = new World();
  const all = [SAMPLE['project.created'], SAMPLE['run.started'], ...events];
  for (const [at, event] of all.entries()) world.apply({ seq: at + 1, at, event });
  return inboxOf(world, world.all('runs')).map(({ kind, node }) => `${kind} of ${node}`);
}

it('a failure waits for a person unless something in the run was there for it', () => {
  expect(inboxAfter(created('build'), failed('build'))).toEqual(['failure of build']);
  const mend = created('mend', { needs: [{ id: idOf('build'), accept: ['failed'] }] });
  expect(inboxAfter(created('build'), mend, failed('build'))).toEqual([]);
});

it('a failure that a person has seen waits for nobody any more', () => {
  const seen: Event = { ...SAMPLE['task.dismissed'], taskId: idOf('build') };
  expect(inboxAfter(created('build'), created('mend'), failed('build'), failed('mend'), seen)).toEqual([
    'failure of mend',
  ]);
});

it('an item that fails waits for nobody in a map that is tolerant, or whose own failure is dealt with', () => {
  const item = [created('item', inAll), opened, failed('item')];
  expect(inboxAfter(created('all', { work: map(false) }), ...item)).toEqual(['failure of item']);
  expect(inboxAfter(created('all', { work: map(true) }), ...item)).toEqual([]);
  const mend = created('mend', { needs: [{ id: idOf('all'), accept: ['failed'] }] });
  expect(inboxAfter(created('all', { work: map(false) }), mend, ...item)).toEqual([]);
});

it('what an agent waits for comes before what has failed, however long ago that was', () => {
  const asked = [SAMPLE['task.assigned'], SAMPLE['task.started'], SAMPLE['question.asked']];
  const begun = [created('mend'), failed('mend'), created('build'), SAMPLE['agent.spawning'], SAMPLE['agent.ready']];
  expect(inboxAfter(...begun, ...asked)).toEqual(['question of build', 'failure of mend']);
  expect(inboxAfter(...begun, ...asked, SAMPLE['question.answered'])).toEqual(['failure of mend']);
  expect(inboxAfter(...begun, ...asked, SAMPLE['task.cancelled'])).toEqual(['failure of mend']);
});

it('a task waits for a person when the only agent for it could not be made ready and does not come back', () => {
  const { retryAfterMs: _later, ...lasting } = SAMPLE['agent.failed'].failure;
  const failing: Event = { ...SAMPLE['agent.failed'], failure: lasting };
  const later: Event = { ...failing, failure: { ...lasting, retryAfterMs: 5_000 } };
  const able: Event = { ...SAMPLE['agent.spawning'], agentId: sampleId('agt', 77) };
  const spawning = SAMPLE['agent.spawning'];
  expect(inboxAfter(spawning, created('build'), failing)).toEqual(['blocked of build']);
  expect(inboxAfter(spawning, created('build'), later)).toEqual([]);
  expect(inboxAfter(spawning, able, created('build'), failing)).toEqual([]);
  expect(inboxAfter(spawning, created('build', { requires: ['dance'] }), failing)).toEqual([]);
});
