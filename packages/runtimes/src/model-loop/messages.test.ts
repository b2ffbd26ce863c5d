import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import { answered, call, called, opened, returned, stepOf, told } from '@fusion-kit/testing/conversation-events';
import { describe, expect, it } from 'vitest';
import { messagesOf } from './messages.ts';
import { SO_FAR } from './prompt.ts';

const long = 'x'.repeat(5_000);
const textOf = (history: readonly RuntimeEvent[]) => JSON.stringify(messagesOf(history));

describe('a conversation', () => {
  it('becomes what the model is sent', () => {
    const one = call('1');
    const history = [opened, answered('Look.', one), called(one), returned(one, 'exit code 1', true), told('hello', 1)];
    expect(messagesOf(history)).toEqual([
      { role: 'user', content: 'Task: notes' },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Look.' },
          { type: 'tool-call', toolCallId: '1', toolName: 'shell', input: { command: 'true' } },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: '1',
            toolName: 'shell',
            output: { type: 'error-text', value: 'Error: exit code 1' },
          },
        ],
      },
      { role: 'user', content: 'hello' },
    ]);
  });

  it('sends broken arguments back as an object, which is all that providers take', () => {
    expect(messagesOf([answered('', call('1', 'shell', '{"comm'))])).toMatchObject([
      { content: [{ type: 'tool-call', input: { unreadable: '{"comm' } }] },
    ]);
  });

  it('is sent with short results where it was cut, and keeps what follows', () => {
    const history = [opened, ...stepOf(1, long), ...stepOf(2, long), { type: 'turn.compacted', before: 2 } as const];
    const [, , first, , second] = messagesOf(history).map((message) => JSON.stringify(message).length);
    expect(first).toBeLessThan(1_200);
    expect(second).toBeGreaterThan(5_000);
  });

  it('is sent with short arguments where it was cut, which are an object all the same', () => {
    const one = call('1', 'write_file', JSON.stringify({ path: 'a.txt', content: long }));
    const nested = call('2', 'finish', JSON.stringify({ outputs: { a: long } }));
    const history = [opened, answered('', one, nested), { type: 'turn.compacted', before: 2 } as const];
    const sent = messagesOf(history)[1];
    expect(sent).toMatchObject({ content: [{ input: { path: 'a.txt' } }, { input: { cut: expect.any(String) } }] });
    expect(JSON.stringify(sent).length).toBeLessThan(3_000);
  });

  it('is sent with the notes in place of what was folded, and with all that came since', () => {
    const history: RuntimeEvent[] = [
      opened,
      told('Early word.', 1),
      ...stepOf(1, 'one'),
      told('Late word.', 2),
      ...stepOf(2, 'two'),
      { type: 'turn.compacted', before: 2, text: 'I looked at one.' },
      ...stepOf(3, 'three'),
    ];
    expect(messagesOf(history).slice(0, 3)).toEqual([
      { role: 'user', content: 'Task: notes' },
      { role: 'user', content: `${SO_FAR}\n\nI looked at one.` },
      { role: 'user', content: 'Late word.' },
    ]);
    expect(textOf(history)).not.toMatch(/Early word|"one"/);
    expect(textOf(history)).toMatch(/two[^]*three/);
  });

  it('is sent with the latest notes only', () => {
    const folds = [1, 2].map((step): RuntimeEvent => ({
      type: 'turn.compacted',
      before: step + 1,
      text: `notes ${step}`,
    }));
    const history = [opened, ...stepOf(1, 'one'), ...stepOf(2, 'two'), ...folds, ...stepOf(3, 'three')];
    expect(textOf(history)).toContain('notes 2');
    expect(textOf(history)).not.toContain('notes 1');
  });
});
