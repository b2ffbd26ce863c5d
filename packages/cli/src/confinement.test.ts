import type { AgentSpec } from '@fusion-kit/domain/agent';
import { sampleAgentSpec } from '@fusion-kit/testing/sample-events';
import { scriptedWorkspaces } from '@fusion-kit/testing/runner-parts';
import { describe, expect, it } from 'vitest';
import { allowed, confine } from './confinement.ts';

/** A search path on which nothing lies. */
const NOWHERE = '/nonexistent';
const workspaces = scriptedWorkspaces({});
const { provider: _provider, ...member } = sampleAgentSpec;
const agent = (change: Partial<AgentSpec>): AgentSpec => ({ ...member, ...change });

const bare = await confine('auto', NOWHERE);

describe('where no sandbox is possible', () => {
  it.each([
    ['a program of others', { runtime: 'acp', program: 'claude' }],
    ['one whose model is scripted', { runtime: 'acp', program: 'claude', provider: 'scripted' }],
    ['one with its own login', { runtime: 'acp', program: 'claude', credentials: 'login', provider: 'scripted' }],
    ['one that is run headless', { runtime: 'command', program: 'codex', provider: 'scripted' }],
    ['a model of a provider', { runtime: 'model-loop', provider: 'openrouter' }],
    ['a model of the default provider', { runtime: 'model-loop' }],
    ['commands', { runtime: 'shell' }],
  ] as const)('%s is refused, with the remedy', (_what, change) => {
    expect(bare.state).toBe('missing');
    expect(() => allowed(bare, workspaces)(agent(change))).toThrow(
      expect.objectContaining({ code: 'sandbox_missing', remedy: expect.stringContaining('bubblewrap') }),
    );
  });

  it('only words that were written beforehand may work', () => {
    expect(allowed(bare, workspaces)(agent({ runtime: 'model-loop', provider: 'scripted' }))).toBe(workspaces);
  });

  it('a server that was to have one does not start', async () => {
    await expect(confine('bubblewrap', NOWHERE)).rejects.toMatchObject({ code: 'sandbox_missing' });
  });

  it('everything is done without one where somebody said so', async () => {
    const free = await confine('none', NOWHERE);
    expect(free.state).toBe('none');
    expect(allowed(free, workspaces)(agent({ runtime: 'acp', program: 'claude' }))).toBe(workspaces);
  });
});
