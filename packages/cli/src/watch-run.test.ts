import { stripVTControlCharacters } from 'node:util';
import { EVENT_TYPES, type Event } from '@fusion-kit/domain/event';
import { ProjectId, RunId } from '@fusion-kit/domain/ids';
import { NodeWork } from '@fusion-kit/domain/node';
import { World } from '@fusion-kit/domain/world';
import { SAMPLE, sampleRunSpec, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { eventLine } from './output/event-line.ts';
import { widthOf } from './output/plain.ts';
import { runLines } from './output/run-lines.ts';
import { isOfRun, isStuck } from './watch-run.ts';

const paint = picocolors.createColors(false);
const canvas = { paint, columns: 90, rows: 24, now: 5_000 };
const quiet = { activity: new Map<string, string>(), said: [] };
const { id: runId } = sampleRunSpec;

/** The world after these events, a second apart. */
function worldAfter(...events: Event[]): World {
  const world = new World();
  for (const [at, event] of events.entries()) world.apply({ seq: at + 1, at: at * 1_000, event });
  return world;
}

const begun = [SAMPLE['run.started'], SAMPLE['agent.spawning'], SAMPLE['task.created']];

it('of a run that is watched only what changes it or its agents is looked at', () => {
  const run = worldAfter(...begun).get('runs', runId)!;
  const other = { runId: RunId.parse('run_0000000000000000000000ZZZZ') };
  const elsewhere = { projectId: ProjectId.parse('prj_0000000000000000000000ZZZZ') };
  const looked = (event: Event) => isOfRun({ seq: 1, at: 1, event }, run);
  expect(looked(SAMPLE['task.created'])).toBe(true);
  expect(looked(SAMPLE['agent.paused'])).toBe(true);
  expect(looked({ ...SAMPLE['task.assigned'], ...other })).toBe(true); // an agent of the project is busy with it
  expect(looked({ ...SAMPLE['task.created'], ...other })).toBe(false);
  expect(looked({ ...SAMPLE['task.assigned'], ...elsewhere })).toBe(false);
  expect(looked(SAMPLE['server.started'])).toBe(false);
});

describe('a run that is watched', () => {
  it('shows for each task what is done, by whom, and since when', () => {
    const world = worldAfter(...begun, SAMPLE['agent.ready'], SAMPLE['task.assigned'], SAMPLE['task.started']);
    world.apply({ seq: 7, at: 5_000, event: SAMPLE['task.phase_changed'] });
    const activity = new Map([[sampleTaskSpec.id, 'edit_file']]);
    const [head, line] = runLines(world, runId, { activity, said: [] }, { ...canvas, now: 8_000 });
    expect(head).toMatch(/^feature {2}0\/1 tasks {2}8\.0 s/);
    expect(line).toMatch(/^ {2}build {2}● working {5}ada {2}edit_file +3\.0 s/);
    world.apply({ seq: 8, at: 6_000, event: SAMPLE['task.progressed'] });
    const [, told] = runLines(world, runId, { activity, said: [] }, { ...canvas, now: 8_000 });
    expect(told).toMatch(/ada {2}edit_file {2}half of it +3\.0 s/);
  });

  it('shows what a person is asked, with the command that answers it', () => {
    const { spec } = SAMPLE['task.created'];
    const work = NodeWork.parse({
      kind: 'approval',
      message: 'Ship it?',
      options: [{ id: 'yes', outcome: 'complete' }],
    });
    const world = worldAfter(
      SAMPLE['run.started'],
      { ...SAMPLE['task.created'], spec: { ...spec, work } },
      { ...SAMPLE['task.opened'], asks: 'Ship 2.0?' },
    );
    const lines = runLines(world, runId, quiet, canvas);
    expect(lines).toContain('  Ship 2.0?');
    expect(lines).toContain(`  → fusion-kit task answer ${spec.id} yes`);
  });

  it('shows why a task waits, and what was said last', () => {
    const lines = runLines(worldAfter(...begun), runId, { ...quiet, said: ['ada → #plan: ready'] }, canvas);
    expect(lines[1]).toMatch(/build {2}○ queued {6}\S/);
    expect(lines.at(-1)).toBe('  ada → #plan: ready');
  });

  it('never makes a line wider or a block higher than the window', () => {
    const tasks = Array.from({ length: 100 }, (_, at): Event => {
      const spec = { ...sampleTaskSpec, id: `tsk_${String(at).padStart(26, '0')}` as typeof sampleTaskSpec.id };
      return { ...SAMPLE['task.created'], taskId: spec.id, spec: { ...spec, node: `${'漢'.repeat(40)}${at}` } };
    });
    const world = worldAfter(SAMPLE['run.started'], SAMPLE['agent.spawning'], ...tasks);
    for (const columns of [40, 80, 200]) {
      const lines = runLines(world, runId, { ...quiet, said: ['x'.repeat(300)] }, { ...canvas, columns });
      expect(lines.length).toBeLessThan(canvas.rows);
      for (const line of lines) expect(widthOf(stripVTControlCharacters(line))).toBeLessThanOrEqual(columns);
    }
  });
});

describe('a run is stuck', () => {
  it('when every agent that could work on it has failed', () => {
    expect(isStuck(worldAfter(...begun, SAMPLE['agent.failed']), runId)).toBe(true);
  });

  it('not when its agent is opened again by itself, unless nobody wants to wait for that', () => {
    const failed = SAMPLE['agent.failed'];
    const later = { ...failed, failure: { ...failed.failure, retryAfterMs: 1_000 } };
    expect(isStuck(worldAfter(...begun, later), runId)).toBe(false);
    expect(isStuck(worldAfter(...begun, later), runId, { patient: false })).toBe(true);
  });

  it('not while one is still being made, idle or at work', () => {
    expect(isStuck(worldAfter(...begun), runId)).toBe(false);
    expect(isStuck(worldAfter(...begun, SAMPLE['agent.ready']), runId)).toBe(false);
    expect(isStuck(worldAfter(...begun, SAMPLE['agent.ready'], SAMPLE['task.assigned']), runId)).toBe(false);
  });

  it('also when others are there that do not have what its tasks require', () => {
    const agentId = 'agt_00000000000000000000000009' as (typeof SAMPLE)['agent.ready']['agentId'];
    const spec = { ...SAMPLE['agent.spawning'].spec, name: 'bob', capabilities: ['dance'] };
    const bob = { ...SAMPLE['agent.spawning'], agentId, spec };
    const world = worldAfter(...begun, bob, { ...SAMPLE['agent.ready'], agentId }, SAMPLE['agent.failed']);
    expect(isStuck(world, runId)).toBe(true);
  });

  it('not when it never had an agent: one may still come', () => {
    expect(isStuck(worldAfter(SAMPLE['run.started'], SAMPLE['task.created']), runId)).toBe(false);
  });
});

it('what was cancelled names the task that failed it', () => {
  const event: Event = { ...SAMPLE['task.cancelled'], reason: `dependency_failed:${sampleTaskSpec.id}` };
  const nameOf = (id: string) => (id === sampleTaskSpec.id ? 'build' : 'someone');
  expect(eventLine({ seq: 1, at: 0, event }, { nameOf, paint, columns: undefined })).toContain(
    'needs build, which did not complete',
  );
});

it('a task that is proved or lands does not seem to think', () => {
  const world = worldAfter(...begun, SAMPLE['agent.ready'], SAMPLE['task.assigned'], SAMPLE['task.started']);
  world.apply({ seq: 7, at: 5_000, event: { ...SAMPLE['task.phase_changed'], phase: 'verifying' } });
  const [, line] = runLines(world, runId, { activity: new Map([[sampleTaskSpec.id, 'thinking']]), said: [] }, canvas);
  expect(line).toContain('verifying');
  expect(line).not.toContain('thinking');
});

it.each(EVENT_TYPES)('a line can be made of %s, which names what it is about', (type) => {
  const line = eventLine({ seq: 1, at: 0, event: SAMPLE[type] }, { nameOf: () => 'someone', paint, columns: 60 });
  expect(line).toContain(type);
  expect(line).not.toMatch(/undefined|\[object/);
  expect(widthOf(line)).toBeLessThanOrEqual(60);
});
