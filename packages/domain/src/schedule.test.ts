import { SAMPLE, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event } from './event.ts';
import { topicMatches } from './message.ts';
import { AGEING_MS_PER_PRIORITY, mayTake, rank, waitingReason } from './schedule.ts';
import { World } from './world.ts';

const place = fc.record({
  priority: fc.integer({ min: 0, max: 9 }),
  unblocks: fc.nat(100),
  createdAt: fc.nat(1_000_000_000),
});

describe('rank', () => {
  it('puts the higher priority first, then the longer wait', () => {
    const task = { priority: 5, unblocks: 0, createdAt: 1_000 };
    expect(rank({ ...task, priority: 6 })).toBeLessThan(rank(task));
    expect(rank({ ...task, createdAt: 999 })).toBeLessThan(rank(task));
    expect(rank({ ...task, unblocks: 3 })).toBeLessThan(rank(task));
  });

  it('lets nothing starve: after ten steps of ageing every newer task comes later', () => {
    fc.assert(
      fc.property(place, place, (older, newer) => {
        const waited = { ...newer, createdAt: older.createdAt + 10 * AGEING_MS_PER_PRIORITY };
        expect(rank(older)).toBeLessThan(rank(waited));
      }),
    );
  });
});

function worldOf(...events: Event[]): World {
  const world = new World();
  events.forEach((event, at) => world.apply({ seq: at + 1, at, event }));
  return world;
}

const begun = [SAMPLE['project.created'], SAMPLE['run.started'], SAMPLE['task.created']];
const reason = (world: World, at = 0) => waitingReason(world, world.get('tasks', sampleTaskSpec.id)!, at);

describe('why a task waits', () => {
  it('names the capability that no agent has', () => {
    expect(reason(worldOf(...begun))).toBe('no agent has code');
  });

  it('names the agent it waits for', () => {
    expect(reason(worldOf(...begun, SAMPLE['agent.spawning'], SAMPLE['agent.ready']))).toBe('waits for agent ada');
  });

  it('says that every agent that could take it has failed, and why', () => {
    expect(reason(worldOf(...begun, SAMPLE['agent.spawning'], SAMPLE['agent.failed']))).toBe('ada failed: it broke');
    const { failure, ...failed } = SAMPLE['agent.failed'];
    const passing = { ...failed, failure: { ...failure, retryAfterMs: 1_000 } };
    expect(reason(worldOf(...begun, SAMPLE['agent.spawning'], passing))).toBe(
      'ada failed: it broke; tried again by itself',
    );
  });

  it('names the task it needs', () => {
    const needing = {
      ...sampleTaskSpec,
      id: sampleId('tsk', 2),
      node: 'test',
      needs: [{ id: sampleTaskSpec.id, accept: ['completed' as const] }],
    };
    const world = worldOf(...begun, { ...SAMPLE['task.created'], taskId: needing.id, spec: needing });
    expect(waitingReason(world, world.get('tasks', needing.id)!, 0)).toBe('needs build');
  });

  it('says that its run is paused', () => {
    expect(reason(worldOf(...begun, SAMPLE['run.paused']))).toBe('its run is paused');
  });

  it('counts down to the next attempt', () => {
    const tried = { ...SAMPLE['task.requeued'], notBefore: 5_000 };
    const world = worldOf(...begun, SAMPLE['agent.spawning'], SAMPLE['agent.ready'], SAMPLE['task.assigned'], tried);
    expect(reason(world, 2_000)).toBe('next attempt in 3 s');
  });

  it('says that its agent is paused while its conversation belongs to that agent', () => {
    const { failure: _none, ...lost } = SAMPLE['task.requeued'];
    const world = worldOf(
      ...begun,
      SAMPLE['agent.spawning'],
      SAMPLE['agent.ready'],
      SAMPLE['task.assigned'],
      SAMPLE['agent.paused'],
      lost,
    );
    expect(reason(world)).toBe('its agent ada is paused');
  });
});

it('an agent of one run takes no task of another', () => {
  const world = worldOf(...begun, { ...SAMPLE['agent.spawning'], runId: sampleId('run', 9) }, SAMPLE['agent.ready']);
  expect(mayTake(world, world.get('tasks', sampleTaskSpec.id)!, world.get('agents', sampleId('agt', 1))!, 0)).toContain(
    'does not have',
  );
});

describe('topics', () => {
  it.each([
    ['plan.ready', 'plan.ready', true],
    ['plan.*', 'plan.ready', true],
    ['plan.*', 'plan.ready.now', false],
    ['agent.*.status', 'agent.ada.status', true],
    ['agent.*.status', 'agent.ada.log', false],
    ['plan.>', 'plan.ready.now', true],
    ['plan.>', 'plan', false],
    ['>', 'anything.at.all', true],
    ['*', 'one', true],
  ])('%s and %s: %s', (pattern, topic, matched) => {
    expect(topicMatches(pattern, topic)).toBe(matched);
  });
});
