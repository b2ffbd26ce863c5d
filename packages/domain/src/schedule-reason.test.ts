import { SAMPLE, sampleRunSpec, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { describe, expect, it } from 'vitest';
import type { Event } from './event.ts';
import { waitingReason } from './schedule-reason.ts';
import type { TaskSpec } from './task.ts';
import { World } from './world.ts';

function worldOf(...events: Event[]): World {
  return filled(new World(), events);
}

function filled(world: World, events: readonly Event[]): World {
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

const born = (change: Partial<TaskSpec>): Event => {
  const spec = { ...sampleTaskSpec, ...change };
  return { ...SAMPLE['task.created'], taskId: spec.id, spec };
};
const house = [SAMPLE['project.created'], SAMPLE['run.started']];
const ada = [SAMPLE['agent.spawning'], SAMPLE['agent.ready']];
const bobId = sampleId('agt', 2);
const bob = (change: Partial<(typeof SAMPLE)['agent.spawning']['spec']> = {}): Event[] => [
  { ...SAMPLE['agent.spawning'], agentId: bobId, spec: { ...SAMPLE['agent.spawning'].spec, name: 'bob', ...change } },
  { ...SAMPLE['agent.ready'], agentId: bobId },
];
const other = sampleId('tsk', 2);
const reasonOf = (world: World, id: TaskSpec['id']) => waitingReason(world, world.get('tasks', id)!, 0);

describe('why nobody can take a task', () => {
  it.each<[string, Partial<TaskSpec>, string]>([
    ['only what nobody has', { requires: ['code', 'paint', 'sing'] }, 'no agent has paint, sing'],
    ['that nobody has all of it', { requires: ['code', 'paint'] }, 'no single agent has code and paint'],
    [
      'what it wants',
      { work: { ...sampleTaskSpec.work, wants: { runtime: 'acp', model: 'large' } } as TaskSpec['work'] },
      'no agent is what it wants: runtime acp, model large',
    ],
    [
      'that there is nobody to carry out commands',
      { requires: [], work: { kind: 'command', run: 'true', exitCodes: [0], verify: [], expectsChanges: false } },
      'this run has no agent of runtime shell, which carries out commands',
    ],
  ])('names %s', (what, change, said) => {
    const more = what.includes('all of it') ? bob({ capabilities: ['paint'] }) : [];
    expect(reasonOf(worldOf(...house, ...ada, ...more, born(change)), sampleTaskSpec.id)).toBe(said);
  });
});

describe('why a task waits though somebody could take it', () => {
  it('says that its condition was not asked, and that the house takes up what is its own', () => {
    expect(reasonOf(worldOf(...house, ...ada, born({ when: 'true' })), sampleTaskSpec.id)).toBe(
      'its condition has not been asked yet',
    );
    expect(reasonOf(worldOf(...house, ...ada, born({ work: { kind: 'join', verify: [] } })), sampleTaskSpec.id)).toBe(
      'the house takes it up next',
    );
  });

  it('names five of many needs and counts the others', () => {
    const needs = Array.from({ length: 8 }, (_, at) => ({
      id: sampleId('tsk', at + 10),
      accept: ['completed' as const],
    }));
    const world = worldOf(
      ...house,
      ...needs.map(({ id }, at) => born({ id, node: `n${at}` })),
      born({ id: other, needs }),
    );
    expect(reasonOf(world, other)).toBe('needs n0, n1, n2, n3, n4 and 3 more');
  });

  it('says that its run has as many tasks at work as it may', () => {
    const run = { ...SAMPLE['run.started'], spec: { ...sampleRunSpec, concurrency: 1 } };
    const world = worldOf(
      SAMPLE['project.created'],
      run,
      ...ada,
      ...bob(),
      born({}),
      born({ id: other }),
      SAMPLE['task.assigned'],
    );
    expect(reasonOf(world, other)).toBe('of its run no more than 1 may be at work');
  });

  it('names the limit that is reached, of a runtime or of the provider that is called in the end', () => {
    const events = [...house, ...ada, ...bob(), born({}), born({ id: other }), SAMPLE['task.assigned']];
    const limited = (limits: World['limits']) => filled(new World({ limits, providerOf: () => 'openrouter' }), events);
    expect(reasonOf(limited({ runtime: { 'model-loop': 1 }, provider: {} }), other)).toBe(
      'of runtime model-loop no more than 1 may be at work on this server',
    );
    expect(reasonOf(limited({ runtime: {}, provider: { openrouter: 1 } }), other)).toBe(
      'no more than 1 may call openrouter at once on this server',
    );
    expect(reasonOf(limited({ runtime: { 'model-loop': 2 }, provider: { openrouter: 2 } }), other)).toBe(
      'waits for one of 2 agents',
    );
  });

  it('says what the machine is short of', () => {
    const world = worldOf(...house, ...ada, born({}));
    world.shortages.set('model-loop', 'too little memory is free');
    expect(reasonOf(world, sampleTaskSpec.id)).toBe('too little memory is free');
  });

  it('names the agent whose workspace is warm, and how else it may start', () => {
    const story = { affinity: 'story 1' };
    const world = worldOf(
      ...house,
      ...ada,
      ...bob(),
      born(story),
      born({ ...story, id: other }),
      SAMPLE['task.assigned'],
    );
    expect(reasonOf(world, other)).toBe(
      'waits for agent ada, who works on story 1, or for another who has nothing else to do',
    );
  });

  it('says that the only one who could is paused or being prepared', () => {
    expect(reasonOf(worldOf(...house, SAMPLE['agent.spawning'], born({})), sampleTaskSpec.id)).toBe(
      'waits for agent ada, which is spawning',
    );
    expect(reasonOf(worldOf(...house, ...ada, SAMPLE['agent.paused'], born({})), sampleTaskSpec.id)).toBe(
      'waits for agent ada, which is paused',
    );
  });
});
