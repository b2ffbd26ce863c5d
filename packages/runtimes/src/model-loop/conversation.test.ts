import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import { messageId } from '@fusion-kit/testing/turn-bench';
import { describe, expect, it } from 'vitest';
import {
  deliveredIn,
  finishedIn,
  messagesOf,
  openCalls,
  silentAnswers,
  withFreshIds,
  type ToolCall,
} from './conversation.ts';

const opened: RuntimeEvent = { type: 'turn.opened', system: 'You are ada.', prompt: 'Task: notes' };
const told = (text: string, ...ids: number[]): RuntimeEvent => ({
  type: 'turn.told',
  text,
  messageIds: ids.map(messageId),
});
const answered = (text: string, ...calls: ToolCall[]): RuntimeEvent => ({
  type: 'step.answered',
  step: 1,
  text,
  calls,
  finishReason: 'stop',
});
const call = (callId: string, tool = 'shell', input = '{"command":"true"}'): ToolCall => ({ callId, tool, input });
const called = (one: ToolCall): RuntimeEvent => ({ type: 'tool.called', ...one });
const returned = ({ callId, tool }: ToolCall, output = 'fine', isError = false): RuntimeEvent => ({
  type: 'tool.returned',
  callId,
  tool,
  output,
  isError,
  durationMs: 1,
});

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

  it('knows which calls are open, and which of them were begun', () => {
    const [one, two, three] = [call('1'), call('2'), call('3')];
    const history = [opened, answered('', one, two, three), called(one), returned(one), called(two)];
    expect(openCalls(history)).toEqual([
      { ...two, begun: true },
      { ...three, begun: false },
    ]);
    expect(openCalls([...history, returned(two), called(three), returned(three)])).toEqual([]);
  });

  it('knows what it was told', () => {
    expect(deliveredIn([opened, told('a', 1, 2), told('b', 3)])).toEqual(new Set([1, 2, 3].map(messageId)));
  });

  it('counts the answers since the last call', () => {
    const one = call('1');
    expect(silentAnswers([opened])).toBe(0);
    expect(silentAnswers([opened, answered('', one), called(one), returned(one)])).toBe(0);
    expect(
      silentAnswers([
        opened,
        answered('', one),
        called(one),
        returned(one),
        answered('a'),
        told('go on'),
        answered('b'),
      ]),
    ).toBe(2);
  });

  it('is finished by a finish that was accepted, and goes on when something was said after it', () => {
    const end = call('9', 'finish', '{"summary":"done","outputs":{"answer":"42"}}');
    const history = [opened, answered('', end), called(end)];
    expect(finishedIn(history)).toBeUndefined();
    expect(finishedIn([...history, returned(end, 'give answer too', true)])).toBeUndefined();
    expect(finishedIn([...history, returned(end)])).toEqual({ summary: 'done', outputs: { answer: '42' } });
    expect(finishedIn([...history, returned(end), told('The check failed.')])).toBeUndefined();
  });

  it('gives a call another id when the conversation, or the same answer, has it already', () => {
    const history = [opened, answered('', call('call_0'), call('call_0_2'))];
    const ids = withFreshIds(history, [call('call_0'), call('new'), call('new'), call('')]).map((one) => one.callId);
    expect(ids).toEqual(['call_0_3', 'new', 'new_2', 'call']);
  });
});
