import { describe, expect, it } from 'vitest';
import { think } from './brain.ts';
import type { Message } from './conversation.ts';
import type { Scenario } from './scenario.ts';

const user = (content: string): Message => ({ role: 'user', content });
const called = (...ids: string[]): Message => ({ role: 'assistant', content: null, tool_calls: ids });
const result = (content: string): Message => ({ role: 'tool', content });

const scenario: Scenario = [
  { name: 'build', match: 'Build the wall', steps: [{ tool: 'shell', args: { command: 'make' } }, { say: 'Built.' }] },
  { name: 'paint', match: 'Paint the wall', steps: [{ tool: 'shell', args: { command: 'paint' } }] },
];

describe('the scripted brain', () => {
  it('takes the next step for every answer with tool calls since the task was given', () => {
    const conversation = [{ role: 'system', content: 'You are ada.' }, user('Task: Build the wall')];

    expect(think(conversation, scenario).calls).toEqual([{ name: 'shell', arguments: '{"command":"make"}' }]);
    expect(think([...conversation, called('1'), result('ok')], scenario).text).toBe('Built.');
    expect(think([...conversation, called('1'), result('ok'), called('2')], scenario).text).toBe('Done.');
  });

  it('keeps to its task when a later message names another one', () => {
    const conversation = [
      user('Task: Build the wall'),
      called('1'),
      result('ok'),
      user('Message: Paint the wall next'),
    ];

    expect(think(conversation, scenario).text).toBe('Built.');
  });

  it('means the task that is named first when a prompt names several', () => {
    const conversation = [user('Task: Paint the wall\n\nThe plan: Build the wall, then paint it.')];

    expect(think(conversation, scenario).calls[0]?.arguments).toBe('{"command":"paint"}');
  });

  it('obeys a script in the last user text that carries one, whatever stands in its strings', () => {
    const script = [[{ tool: 'shell', args: { command: 'echo [a] >> log' } }, { tool: 'list_files' }], { say: 'bye' }];
    const conversation = [user('Build the wall'), user(`Please: <<SCRIPT ${JSON.stringify(script)} >> thanks`)];

    expect(think(conversation, scenario).calls).toEqual([
      { name: 'shell', arguments: '{"command":"echo [a] >> log"}' },
      { name: 'list_files', arguments: '{}' },
    ]);
    expect(think([...conversation, called('1', '2'), result(''), result('')], scenario).text).toBe('bye');
  });

  it('puts the last result where a step asks for it', () => {
    const script = [
      { tool: 'shell' },
      { tool: 'write_file', args: { notes: ['{{lastResult}}'] }, text: 'got {{lastResult}}' },
    ];
    const conversation = [
      user(`<<SCRIPT ${JSON.stringify(script)} >>`),
      called('1'),
      result('first'),
      result('"$& second"'),
    ];

    const { text, calls } = think(conversation, []);
    expect(text).toBe('got "$& second"');
    expect(JSON.parse(calls[0]?.arguments ?? '')).toEqual({ notes: ['"$& second"'] });
  });

  it('says so when no script matches or one cannot be read', () => {
    expect(think([user('Dig a hole')], scenario).text).toContain('No script matches');
    expect(think([user('<<SCRIPT [{"tool": >>')], scenario).text).toContain('cannot be read');
    expect(think([user('<<SCRIPT [{"tol": "x"}] >>')], scenario).text).toContain('cannot be read');
  });
});
