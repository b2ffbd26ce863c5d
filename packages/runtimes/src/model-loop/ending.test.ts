import type { Turn } from '@fusion-kit/domain/ports/runtime';
import { answered, call, called, opened, returned, stepOf, told } from '@fusion-kit/testing/conversation-events';
import { describe, expect, it } from 'vitest';
import { finishedIn, requireProspects, silentAnswers } from './ending.ts';

const turn = { title: 'notes', work: { maxSteps: 2 } } as Turn;

describe('the end of a conversation', () => {
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

  it('is a finish that was accepted, and goes on when something was said after it', () => {
    const end = call('9', 'finish', '{"summary":"done","outputs":{"answer":"42"}}');
    const history = [opened, answered('', end), called(end)];
    expect(finishedIn(history)).toBeUndefined();
    expect(finishedIn([...history, returned(end, 'give answer too', true)])).toBeUndefined();
    expect(finishedIn([...history, returned(end)])).toEqual({ summary: 'done', outputs: { answer: '42' } });
    expect(finishedIn([...history, returned(end), told('The check failed.')])).toBeUndefined();
  });

  it('comes when an attempt has taken all its steps; the next one has as many', () => {
    const first = [opened, ...stepOf(1, 'one'), ...stepOf(2, 'two')];
    expect(() => requireProspects(first, turn)).toThrow('was not finished in 2 steps');
    const second = [...first, { ...told('Not accepted.'), attempt: 2 }, ...stepOf(3, 'three')];
    expect(() => requireProspects(second, turn)).not.toThrow();
    expect(() => requireProspects([...second, ...stepOf(4, 'four')], turn)).toThrow('was not finished in 2 steps');
  });
});
