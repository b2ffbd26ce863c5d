import { describe, expect, it } from 'vitest';
import { anyValue, callFor } from './actions.ts';
import { think } from './brain.ts';
import { offeredTool } from './offered.ts';

const strings = (...names: string[]) => ({
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  required: names,
});
const parsed = (call: ReturnType<typeof callFor>) =>
  call && { ...call, arguments: JSON.parse(call.arguments) as unknown };

const CLAUDE = [offeredTool('Bash', strings('command')), offeredTool('Write', strings('file_path', 'content'))];
const CODEX = [
  offeredTool('exec_command', strings('cmd')),
  offeredTool('fusion_team', { properties: {} }, 'mcp__fusion'),
];

describe('an action', () => {
  it('is called by whatever name an agent has for it, with what its tool takes', () => {
    const write = { write: { path: 'a.txt', content: 'it’s' } };
    expect(parsed(callFor(write, CLAUDE, ''))).toEqual({
      name: 'Write',
      arguments: { file_path: 'a.txt', content: 'it’s' },
    });
    expect(parsed(callFor({ shell: 'ls' }, CODEX, ''))).toEqual({ name: 'exec_command', arguments: { cmd: 'ls' } });
    const words = offeredTool('shell', { properties: { command: { type: 'array' } } });
    expect(parsed(callFor({ shell: 'ls' }, [words], ''))?.arguments).toEqual({ command: ['/bin/sh', '-c', 'ls'] });
  });

  it('writes a file by a shell where there is no tool for files', () => {
    const call = callFor({ write: { path: "it's", content: 'a' } }, CODEX, '');
    expect(call?.arguments).toContain(`'it'\\\\''s'`);
  });

  it('finds tools of an MCP server by their own names, whatever stands before them', () => {
    const mcp = { mcp: 'fusion_team', args: {} };
    expect(callFor(mcp, CODEX, '')).toEqual({ name: 'fusion_team', namespace: 'mcp__fusion', arguments: '{}' });
    for (const name of ['mcp__fusion__fusion_team', 'fusion-fusion_team', 'fusion___fusion_team', 'fusion_fusion_team'])
      expect(callFor(mcp, [offeredTool(name, {})], '')?.name).toBe(name);
    expect(callFor(mcp, [offeredTool('fusion_teams', {})], '')).toBeUndefined();
  });

  it('searches for a tool that is hidden, and calls it when it was found', () => {
    const search = offeredTool('ToolSearch', { ...strings('query'), required: ['query', 'max_results'] });
    const mcp = { mcp: 'fusion_team', args: {} };
    const said = 'There are:\\nmcp__fusion__fusion_team\\nmcp__other';
    const call = callFor(mcp, [search], said);
    expect(parsed(call)).toMatchObject({ name: 'ToolSearch', arguments: { query: 'select:mcp__fusion__fusion_team' } });
    expect(callFor(mcp, [search], `${said} ${call?.arguments}`)?.name).toBe('mcp__fusion__fusion_team');
    expect(parsed(callFor(mcp, [search], 'nothing'))?.arguments).toMatchObject({ query: 'fusion_team' });
    expect(callFor(mcp, [], said)).toBeUndefined();
    const through = offeredTool('tool_call', strings('name', 'arguments'));
    expect(parsed(callFor(mcp, [search, through], `${said} ${call?.arguments}`))?.arguments).toEqual({
      name: 'mcp__fusion__fusion_team',
      arguments: {},
    });
  });
});

describe('the scripted brain of a coding agent', () => {
  const script = `<<SCRIPT ${JSON.stringify([{ shell: 'one' }, { shell: 'two' }])} >>`;
  const called = (name: string) => ({ role: 'assistant', content: null, tool_calls: [{ name }] });
  const next = (...since: { role: string; content: string | null }[]) =>
    think([{ role: 'user', content: script }, ...since], [], { tools: CLAUDE, said: '' });

  it('takes the next step after a call, and none after a search', () => {
    expect(next().calls[0]?.arguments).toContain('one');
    expect(next(called('ToolSearch')).calls[0]?.arguments).toContain('one');
    expect(next(called('Bash')).calls[0]?.arguments).toContain('two');
  });

  it('says so when nothing is offered for a step', () => {
    expect(think([{ role: 'user', content: script }], [])).toMatchObject({ text: expect.stringMatching(/No tool/) });
  });

  it('answers what is asked beside the work in the form that is wanted', () => {
    const answer = {
      type: 'object',
      properties: { title: { type: 'string' }, sure: { enum: ['yes'] }, n: { type: 'integer' } },
    };
    const { text } = think([{ role: 'user', content: script }], [], { tools: [], answer, said: '' });
    expect(JSON.parse(text)).toEqual({ title: 'scripted', sure: 'yes', n: 1 });
    expect(anyValue({ type: 'array' })).toEqual([]);
  });
});
