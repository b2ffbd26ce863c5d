import type { Command } from '@fusion-kit/domain/command';
import { decide } from '@fusion-kit/domain/decide';
import type { Entry } from '@fusion-kit/domain/entry';
import type { Heartbeat } from '@fusion-kit/domain/runner-protocol';
import type { RunSpec } from '@fusion-kit/domain/run';
import type { TaskPhase } from '@fusion-kit/domain/task';
import { World } from '@fusion-kit/domain/world';
import { createProject, numberedTask, startRun } from '@fusion-kit/testing/engine-parts';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { afterEach, describe, expect, it } from 'vitest';
import { Watchdog } from './watchdog.ts';

const S = 1_000;
const taskId = sampleId('tsk', 1);
const caller = {
  projectId: sampleId('prj', 1),
  runId: sampleId('run', 1),
  taskId,
  agentId: sampleId('agt', 1),
  dispatchId: sampleId('dsp', 1),
};
const dogs: Watchdog[] = [];
afterEach(() => {
  for (const dog of dogs.splice(0)) dog.stop();
});

/** A watchdog with clocks of its own over a world with one dispatch at work, and what it asked for. */
function watched(run: Partial<RunSpec> = {}, phase: TaskPhase = 'working') {
  const world = new World();
  const asked: Command[] = [];
  let seq = 0;
  const clocks = { wall: 1_000_000, steady: 0 };
  const put = (command: Command): Entry[] => {
    const { events, refused } = decide(world, command, clocks.wall);
    if (refused) throw refused;
    const entries = events.map((event) => ({ seq: (seq += 1), at: clocks.wall, event }));
    for (const entry of entries) world.apply(entry);
    dog.see(entries);
    return entries;
  };
  const dog = new Watchdog({
    world,
    writer: {
      submit: async (command) => {
        asked.push(command);
        put(command);
        return { seq, reply: null, repeated: false };
      },
    },
    random: () => 0.5,
    // The tests look themselves.
    limits: { lookMs: 5 * S },
    wallMs: () => clocks.wall,
    steadyMs: () => clocks.steady,
  });
  dogs.push(dog);
  put(createProject);
  put(startRun([numberedTask(1, { retry: { limit: 1, backoffMs: 0 } })], 1, run));
  put({ type: 'agent.arrive', agentId: caller.agentId, workspace: '/w', sandbox: 'none' });
  put({ type: 'task.assign', taskId, agentId: caller.agentId, dispatchId: caller.dispatchId });
  put({ type: 'dispatch.start', caller });
  put({ type: 'dispatch.phase', caller, phase });
  const hear = (beat: Partial<Heartbeat> = {}) =>
    dog.hear([{ caller, token: '', quietMs: 0, process: 'none', bounded: false, ...beat }]);
  /** Time passes, looked at every five seconds; `beat` tells what the runner says at each. */
  const pass = (seconds: number, beat?: (passedMs: number) => Partial<Heartbeat>) => {
    for (let passed = 5; passed <= seconds; passed += 5) {
      clocks.wall += 5 * S;
      clocks.steady += 5 * S;
      if (beat) hear(beat(passed * S));
      dog.look();
    }
  };
  const silent =
    (more: Partial<Heartbeat> = {}) =>
    (passedMs: number) => ({ quietMs: passedMs, ...more });
  return { asked, pass, silent, hear, clocks, dog, put, task: () => world.get('tasks', taskId)! };
}
const types = (asked: readonly Command[]) => asked.map(({ type }) => type);

describe('a dispatch that does not get on', () => {
  it('is shown before a minute is over and given out again before two', () => {
    const { asked, pass, silent, task } = watched();
    pass(40, silent());
    expect(asked).toEqual([]);
    pass(15, (passed) => ({ quietMs: 40 * S + passed }));
    expect(task().stalled).toEqual({ since: 1_000_000, process: 'none' });
    pass(60, (passed) => ({ quietMs: 55 * S + passed }));
    expect(types(asked)).toEqual(['dispatch.stall', 'dispatch.fail']);
    expect(task()).toMatchObject({ state: 'queued', attempts: 1, failure: { code: 'agent_stalled' } });
    expect(task().stalled).toBeUndefined();
  });

  it('is given out again by default with its process alive or dead too', () => {
    for (const process of ['alive', 'dead'] as const) {
      const { asked, pass, silent } = watched();
      pass(110, silent({ process }));
      expect(types(asked)).toEqual(['dispatch.stall', 'dispatch.fail']);
    }
  });

  it.each([
    ['the run leaves it to a person', { stall: 'ask' }, {}],
    ['the run waits', { stall: 'wait' }, {}],
    ['nobody knows whether its process lives', {}, { process: 'unknown' }],
    ['what it does ends by itself', {}, { process: 'alive', bounded: true }],
  ] as const)('is shown and left alone when %s', (_when, run, beat) => {
    const { asked, pass, silent, task } = watched(run);
    pass(600, silent(beat));
    expect(types(asked)).toEqual(['dispatch.stall']);
    expect(task().state).toBe('running');
  });

  it('is no longer shown when it gets on again, and again when it stops again', () => {
    const { asked, pass, silent, task } = watched();
    pass(50, silent());
    pass(5, () => ({ quietMs: 200 }));
    expect(task().stalled).toBeUndefined();
    pass(50, silent());
    expect(types(asked)).toEqual(['dispatch.stall', 'dispatch.revive', 'dispatch.stall']);
  });
});

it('a dispatch that nobody speaks of any more is lost, without an attempt, and one that is spoken of is not', () => {
  const { asked, pass, silent, task } = watched();
  pass(60, () => ({ quietMs: 0 }));
  expect(asked).toEqual([]);
  pass(30);
  expect(asked).toEqual([]);
  pass(5);
  expect(types(asked)).toEqual(['dispatch.lose']);
  expect(task()).toMatchObject({ state: 'queued', attempts: 0 });
  pass(200, silent());
  expect(asked).toHaveLength(1);
});

describe('whoever slept cannot tell what was silent', () => {
  it('after a sleep (the wall clock alone went on) nothing is acted on before its time has passed anew', () => {
    const { asked, pass, silent, clocks, dog, hear } = watched();
    pass(40, silent());
    clocks.wall += 8 * 3_600 * S;
    clocks.steady += 5 * S;
    hear({ quietMs: 8 * 3_600 * S });
    dog.look();
    pass(40, () => ({ quietMs: 8 * 3_600 * S }));
    expect(asked).toEqual([]);
    pass(10, () => ({ quietMs: 8 * 3_600 * S }));
    expect(types(asked)).toEqual(['dispatch.stall']);
  });

  it('neither when both clocks went on, nor when the clock was set back', () => {
    for (const [wall, steady] of [
      [600 * S, 600 * S],
      [-3_600 * S, 5 * S],
    ] as const) {
      const { asked, pass, clocks, dog } = watched();
      pass(25);
      clocks.wall += wall;
      clocks.steady += steady;
      dog.look();
      pass(25);
      expect(asked).toEqual([]);
    }
  });
});

it('leaves alone what has been proved, and forgets what is over', () => {
  const proved = watched();
  const commit = 'c'.repeat(40);
  const receipt = { kind: 'unverified' as const, files: [], fileCount: 0, checks: [], sandbox: 'none', commit };
  proved.put({ type: 'dispatch.prove', caller, outputs: {}, receipt });
  const cancelled = watched();
  cancelled.put({ type: 'task.cancel', taskId, reason: 'enough' });
  for (const { pass, asked } of [proved, cancelled]) {
    pass(600);
    expect(asked).toEqual([]);
  }
});
