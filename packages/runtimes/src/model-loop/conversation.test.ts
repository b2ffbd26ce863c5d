import { messageId } from '@fusion-kit/testing/turn-bench';
import { answered, call, called, opened, returned, stepOf, told } from '@fusion-kit/testing/conversation-events';
import { describe, expect, it } from 'vitest';
import { attemptIn, deliveredIn, latestAttempt, openCalls, withFreshIds } from './conversation.ts';

describe('a conversation', () => {
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

  it('gives a call another id when the conversation, or the same answer, has it already', () => {
    const history = [opened, answered('', call('call_0'), call('call_0_2'))];
    const ids = withFreshIds(history, [call('call_0'), call('new'), call('new'), call('')]).map((one) => one.callId);
    expect(ids).toEqual(['call_0_3', 'new', 'new_2', 'call']);
  });

  it('knows where the attempt under way began', () => {
    const again = { ...told('Not accepted.'), attempt: 2 };
    const history = [opened, ...stepOf(1, 'one'), again, told('Hello.', 1), ...stepOf(2, 'two')];
    expect(attemptIn([opened, ...stepOf(1, 'one')])).toBe(1);
    expect(attemptIn(history)).toBe(2);
    expect(latestAttempt([opened, ...stepOf(1, 'one')])).toHaveLength(4);
    expect(latestAttempt(history)[0]).toBe(again);
  });
});
