import { SAMPLE } from '@fusion-kit/testing/sample-events';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { describe, expect, it } from 'vitest';
import type { Command } from '../command.ts';
import { decide } from '../decide.ts';
import { World } from '../world.ts';

const BORN = (['project.created', 'run.started', 'agent.spawning', 'agent.ready', 'task.created'] as const).map(
  (type) => SAMPLE[type],
);
const { projectId, runId, taskId: ofTask, agentId: ofAgent } = SAMPLE['task.assigned'];
const whose = { projectId, runId, taskId: ofTask, agentId: ofAgent };
/** Longer than anything is waited for. */
const LIFE_MS = 10_000_000;

describe('a task that its server ends at', () => {
  /** The task after each life of a server that ended while it was at what is said; undefined: it said that it stops. */
  const lives = (texts: readonly (string | undefined)[]) => {
    const world = new World();
    for (const [at, event] of BORN.entries()) world.apply({ seq: at + 1, at, event });
    return texts.map((text, life) => {
      const at = LIFE_MS * (life + 1);
      const caller = { ...whose, dispatchId: sampleId('dsp', life + 1) };
      const during = text === undefined ? {} : { during: { text, jitter: 0 } };
      const { taskId, agentId, dispatchId } = caller;
      const commands: Command[] = [
        { type: 'task.assign', taskId, agentId, dispatchId },
        { type: 'dispatch.lose', caller, reason: 'restart', ...during },
      ];
      for (const command of commands) {
        const { events, refused } = decide(world, command, at);
        if (refused) throw refused;
        for (const event of events) world.apply({ seq: 1, at, event });
      }
      return world.get('tasks', taskId);
    });
  };

  it('the same thing three times in a row has failed, and is tried again as its policy says', () => {
    const [once, twice, thrice, , , sixth] = lives(Array.from({ length: 6 }, () => 'shell make'));
    expect(once).toMatchObject({ state: 'queued', attempts: 0, interrupted: { times: 1 } });
    expect(twice).toMatchObject({ state: 'queued', attempts: 0, interrupted: { times: 2 } });
    expect(thrice).toMatchObject({ state: 'queued', attempts: 1, failure: { code: 'server_died' } });
    expect(thrice).not.toHaveProperty('interrupted');
    expect(sixth).toMatchObject({ state: 'failed', failure: { code: 'server_died' } });
  });

  it('something else each time, or with a word between, is interrupted and no more', () => {
    const tasks = lives([
      'shell make',
      'shell make',
      'shell test',
      'shell make',
      undefined,
      'shell make',
      'shell make',
    ]);
    expect(tasks.map((task) => [task?.attempts, task?.interrupted?.times])).toEqual([
      [0, 1],
      [0, 2],
      [0, 1],
      [0, 1],
      [0, undefined],
      [0, 1],
      [0, 2],
    ]);
  });
});
