import { SAMPLE, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event } from './event.ts';
import { topicMatches } from './message.ts';
import {
  AGEING_MS_PER_PRIORITY,
  AWAY_MS,
  claimOf,
  holderOf,
  mayTake,
  rank,
  STARVATION_BOUND_MS,
  suits,
  WARM_MS,
} from './schedule.ts';
import type { Limits } from './schedule-limits.ts';
import { waitingReason } from './schedule-reason.ts';
import type { TaskSpec } from './task.ts';
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

  it('lets nothing starve: whatever came so much later goes after it, in whoever’s queue either stands', () => {
    fc.assert(
      fc.property(place, place, (older, newer) => {
        const later = { ...newer, createdAt: older.createdAt + STARVATION_BOUND_MS };
        expect(rank(older) + AWAY_MS).toBeLessThanOrEqual(rank(later) - WARM_MS);
      }),
    );
  });

  it('lets neither dependents nor a warm workspace outweigh a step of priority', () => {
    const task = { priority: 5, unblocks: 1_000, createdAt: 0 };
    expect(rank({ ...task, priority: 6, unblocks: 0 })).toBeLessThan(rank(task) - WARM_MS);
    expect(WARM_MS).toBeLessThan(AGEING_MS_PER_PRIORITY);
  });
});

function worldOf(events: readonly Event[], world = new World()): World {
  events.forEach((event, at) => world.apply({ seq: at + 1, at, event }));
  return world;
}

const homeOf = (world: World, id: TaskSpec['id']) => {
  const task = world.get('tasks', id)!;
  const claim = claimOf(world, task);
  const holder = claim && holderOf(world, claim, task);
  return holder && { agent: holder.id, kept: claim.kept };
};

const begun = [SAMPLE['project.created'], SAMPLE['run.started'], SAMPLE['task.created']];
const [ada, bob] = [sampleId('agt', 1), sampleId('agt', 2)];
const [one, two] = [sampleTaskSpec.id, sampleId('tsk', 2)];
const born = (change: Partial<TaskSpec>): Event => {
  const spec = { ...sampleTaskSpec, ...change };
  return { ...SAMPLE['task.created'], taskId: spec.id, spec };
};
const ready = (agentId: typeof ada): Event[] => [
  {
    ...SAMPLE['agent.spawning'],
    agentId,
    spec: { ...SAMPLE['agent.spawning'].spec, name: agentId === ada ? 'ada' : 'bob' },
  },
  { ...SAMPLE['agent.ready'], agentId },
];

describe('in whose queue a task stands', () => {
  const story = { affinity: 'story' };
  const worked = [
    SAMPLE['project.created'],
    SAMPLE['run.started'],
    born(story),
    born({ ...story, id: two }),
    ...ready(ada),
    ...ready(bob),
  ];
  const homeIn = (...more: Event[]) => {
    const world = worldOf([...worked, ...more]);
    return homeOf(world, two);
  };

  it('is nobody’s until somebody has worked on what it belongs to', () => {
    expect(homeIn()).toBeUndefined();
    expect(homeIn(SAMPLE['task.assigned'])).toMatchObject({ agent: ada, kept: false });
  });

  it('stays with the agent also when that is done, and leaves it when it is paused or gone', () => {
    const done: Event = { ...SAMPLE['task.completed'], landed: undefined };
    expect(homeIn(SAMPLE['task.assigned'], SAMPLE['task.started'], done)).toMatchObject({ agent: ada });
    expect(homeIn(SAMPLE['task.assigned'], SAMPLE['agent.paused'])).toBeUndefined();
    expect(homeIn(SAMPLE['task.assigned'], SAMPLE['task.started'], done, SAMPLE['agent.terminated'])).toBeUndefined();
  });

  it('does not move to who took one from its tail', () => {
    const stolen: Event = { ...SAMPLE['task.assigned'], taskId: two, agentId: bob, stolenFrom: ada };
    const world = worldOf([...worked, SAMPLE['task.assigned'], stolen, born({ ...story, id: sampleId('tsk', 3) })]);
    expect(homeOf(world, sampleId('tsk', 3))).toMatchObject({ agent: ada });
  });

  it('is that of the agent whose conversation it is in, though that is paused', () => {
    const { failure: _none, ...lost } = SAMPLE['task.requeued'];
    const world = worldOf([...worked, SAMPLE['task.assigned'], SAMPLE['agent.paused'], lost]);
    expect(homeOf(world, one)).toMatchObject({ agent: ada, kept: true });
  });
});

describe('a task of a run that is enacted again', () => {
  const run = SAMPLE['run.started'].runId;
  const ofRun = (agentId: typeof ada): Event[] =>
    ready(agentId).map((event) => (event.type === 'agent.spawning' ? { ...event, runId: run } : event));
  const enacted = (...more: Event[]) =>
    worldOf([
      SAMPLE['project.created'],
      SAMPLE['run.started'],
      born({ onlyBy: ['bob', 'ada'], requires: ['what neither has'] }),
      ...more,
    ]);
  const takers = (world: World) =>
    [...world.all('agents')].filter((agent) => suits(agent, world.get('tasks', one)!)).map(({ name }) => name);
  const failed: Event = {
    ...SAMPLE['task.requeued'],
    agentId: bob,
    failure: { ...SAMPLE['task.failed'].failure, code: 'verification_failed' },
  };

  it('goes to who made the attempt then, whatever others have', () => {
    const team = [...ofRun(ada), ...ofRun(bob)];
    expect(takers(enacted(...team))).toEqual(['bob']);
    expect(takers(enacted(...team, { ...SAMPLE['task.assigned'], agentId: bob }, failed))).toEqual(['ada']);
  });

  it('is nothing for an agent of the project, who would ask a real model', () => {
    expect(takers(enacted(...ready(ada), ...ready(bob)))).toEqual([]);
  });

  it('says for whom it waits', () => {
    const world = enacted(...ofRun(ada), ...ofRun(bob), { ...SAMPLE['agent.paused'], agentId: bob });
    expect(waitingReason(world, world.get('tasks', one)!, 0)).toBe(
      'waits for agent bob, who did it in the recorded run',
    );
    const alone = enacted(...ofRun(ada));
    expect(waitingReason(alone, alone.get('tasks', one)!, 0)).toBe(
      'its run has no agent bob any more, and nobody else did it in the recorded run',
    );
  });
});

describe('a limit', () => {
  const events = [...begun, born({ id: two }), ...ready(ada), ...ready(bob), SAMPLE['task.assigned']];
  const limited = (limits: Limits, more: Event[] = []) => {
    const world = worldOf([...events, ...more], new World({ limits, providerOf: () => 'openrouter' }));
    return mayTake(world, world.get('tasks', two)!, world.get('agents', bob)!, 0);
  };

  it.each([
    [{ runtime: { 'model-loop': 1 }, provider: {} }, 'runtime model-loop'],
    [{ runtime: {}, provider: { openrouter: 1 } }, '1 may call openrouter'],
  ])('%j refuses an assignment beyond it', (limits, said) => {
    expect(limited(limits)).toContain(said);
  });

  it('lets go when work has left the hands of an agent', () => {
    const limits = { runtime: { 'model-loop': 1 }, provider: { openrouter: 1 } };
    expect(limited(limits, [SAMPLE['task.started'], SAMPLE['task.proved']])).toBeUndefined();
    expect(limited({ runtime: { shell: 1 }, provider: { other: 1 } })).toBeUndefined();
  });
});

it('an agent of one run takes no task of another', () => {
  const world = worldOf([...begun, { ...SAMPLE['agent.spawning'], runId: sampleId('run', 9) }, SAMPLE['agent.ready']]);
  expect(mayTake(world, world.get('tasks', one)!, world.get('agents', ada)!, 0)).toContain('does not have');
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
