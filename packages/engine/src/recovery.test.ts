import type { Event } from '@fusion-kit/domain/event';
import { World } from '@fusion-kit/domain/world';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { SAMPLE, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { expect, it } from 'vitest';
import { recoveryOf } from './recovery.ts';

const born = [SAMPLE['project.created'], SAMPLE['agent.spawning'], SAMPLE['agent.ready'], SAMPLE['run.started']];

/** What is left to do in the world that these events lead to. */
function recoveryAfter(...events: Event[]) {
  const world = new World();
  for (const [at, event] of [...born, SAMPLE['task.created'], ...events].entries())
    world.apply({ seq: at + 1, at, event });
  return recoveryOf(world).filter(({ type }) => type !== 'agent.respawn');
}

const lost = expect.objectContaining({
  type: 'dispatch.lose',
  caller: expect.objectContaining({ taskId: sampleTaskSpec.id }),
});

it('leaves alone what nobody had begun', () => {
  expect(recoveryAfter()).toEqual([]);
});

it('gives up every dispatch that was open, begun or not', () => {
  expect(recoveryAfter(SAMPLE['task.assigned'])).toEqual([lost]);
  expect(recoveryAfter(SAMPLE['task.assigned'], SAMPLE['task.started'])).toEqual([lost]);
});

it('leaves to landing what was proved', () => {
  expect(recoveryAfter(SAMPLE['task.assigned'], SAMPLE['task.started'], SAMPLE['task.proved'])).toEqual([]);
});

it('settles a call whose end nobody saw with what was held for it, before its dispatch is given up', () => {
  const { tokens, costUsd } = SAMPLE['budget.reserved'];
  expect(recoveryAfter(SAMPLE['task.assigned'], SAMPLE['task.started'], SAMPLE['budget.reserved'])).toEqual([
    expect.objectContaining({
      type: 'budget.settle',
      reservationId: sampleId('rsv', 1),
      settlement: expect.objectContaining({ basis: 'reserved', inputTokens: tokens, costUsd }),
    }),
    lost,
  ]);
});
