import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { missingProgram } from './agent-installs.ts';
import { agentWalk, mistakesOf } from './agent-walk.ts';
import { scratch } from './real-server.ts';

it(
  'Claude Code and Codex do a task each in their cages, by a model behind the gateway, and write to each other',
  { timeout: 500_000 },
  async (test) => {
    const place = await scratch('acp-real');
    const dataDir = place.path;
    onTestFinished(() => place.remove());
    for (const name of ['claude', 'codex']) {
      const why = await missingProgram(name, dataDir);
      if (why) return test.skip(`this walk needs ${name}: ${why}`);
    }
    const walk = await agentWalk({ plan: 'claude', build: 'codex' }, { dataDir });
    onTestFinished(walk.close);
    expect(mistakesOf(walk)).toEqual([]);

    expect(walk.told('session.opened').map(({ program }) => program)).toEqual(['claude', 'codex']);
    expect(walk.told('tool.returned').map(({ tool }) => tool)).toEqual(
      expect.arrayContaining(['Write', 'Bash', 'mcp__fusion__fusion_finish', 'mcp__fusion__fusion_read_output']),
    );
    const calls = walk.told('model.called');
    expect(new Set(calls.map(({ agentId, model, status }) => `${agentId} ${model} ${status}`)).size).toBe(2);
    for (const call of calls) expect(call).toMatchObject({ model: 'scripted/coder', status: 200, basis: 'reported' });
    expect(walk.told('usage.reported')).toEqual([]);
    expect(await readdir(join(walk.data, 'bridge'))).toEqual([]);
  },
);
