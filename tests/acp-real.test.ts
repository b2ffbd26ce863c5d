import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { agentWalk, mistakesOf, programHouse } from './agent-walk.ts';
import { agentWork, eventually, node } from './house.ts';
import { placeWith, REAL_MS } from './needed-programs.ts';

it(
  'Claude Code and Codex do a task each in their cages, by a model behind the gateway, and write to each other',
  { timeout: REAL_MS },
  async (test) => {
    const dataDir = await placeWith(test, 'claude', 'codex');
    const walk = await agentWalk({ plan: 'claude', build: 'codex' }, { dataDir });
    onTestFinished(walk.close);
    expect(mistakesOf(walk)).toEqual([]);

    expect(walk.told('session.opened').map(({ program }) => program)).toEqual(['claude', 'codex']);
    expect(walk.told('tool.returned').map(({ tool }) => tool)).toEqual(
      expect.arrayContaining(['Write', 'Bash', 'mcp__fusion__fusion_finish', 'mcp__fusion__fusion_read_output']),
    );
    // Codex hangs up on some of what it asks, when it ends at the latest: before it is sent on it has no status.
    const calls = walk.told('model.called').filter(({ status }) => status !== 0);
    expect(new Set(calls.map(({ agentId }) => agentId)).size).toBe(2);
    for (const call of calls) expect(call).toMatchObject({ model: 'scripted/coder', status: 200, basis: 'reported' });
    expect(walk.told('usage.reported')).toEqual([]);
    expect(await readdir(join(walk.data, 'bridge'))).toEqual([]);
  },
);

it.for([
  { why: 'its budget is spent', budget: { tokens: 10 }, ends: 'task.failed', code: 'budget_exceeded' },
  { why: 'the provider has no credits left', budget: {}, ends: 'task.requeued', code: 'provider_credits' },
])(
  'Claude Code has not done its task where $why, whatever it says: $ends',
  { timeout: REAL_MS },
  async ({ budget, ends, code }, test) => {
    const dataDir = await placeWith(test, 'claude');
    const { house, server, close } = await programHouse([{ program: 'claude', budget }], dataDir);
    onTestFinished(close);
    server.faults([{ status: 402, times: 1_000 }]);
    const work = { ...agentWork('one'), expectsChanges: false };
    await house.start([node('one', [], { work, requires: [], timeoutMs: 240_000 })]);
    const { event } = await eventually(house.engine, ['task.failed', 'task.requeued', 'task.completed']);
    expect(event).toMatchObject({ type: ends, failure: { code } });
  },
);
