import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import { opened, stepOf, told } from '@fusion-kit/testing/conversation-events';
import { describe, expect, it } from 'vitest';
import { nextCompaction, tokensOf, type Window } from './compaction.ts';

const window: Window = { contextTokens: 4_000, overhead: 400 };
/** So many characters are a token of English. */
const PER_TOKEN = 4;
const ofTokens = (tokens: number) => 'word '.repeat((tokens * PER_TOKEN) / 5);
const steps = (count: number, output: string, from = 1): RuntimeEvent[] =>
  Array.from({ length: count }, (_, at) => stepOf(from + at, output)).flat();

/** Does all that is to be done, with notes in place of the model's. */
function shortened(history: readonly RuntimeEvent[], within = window, notes = 'My notes.'): RuntimeEvent[] {
  const events = [...history];
  for (let next, times = 0; (next = nextCompaction(events, within)); times++) {
    if (times > 20) throw new Error('it does not end');
    events.push({ type: 'turn.compacted', before: next.before, ...(next.fold !== undefined && { text: notes }) });
  }
  return events;
}

describe('a conversation that grows too long', () => {
  it('is left alone as long as three quarters of the context hold it', () => {
    expect(nextCompaction([opened, ...steps(4, ofTokens(500))], window)).toBeUndefined();
    expect(nextCompaction([opened, ...steps(8, ofTokens(500))], window)).toBeDefined();
  });

  it('is cut first, and only before its end, where that is enough', () => {
    const history = [opened, ...steps(5, ofTokens(700))];
    expect(nextCompaction(history, window)).toEqual({ before: 5 });
    expect(shortened(history)).toHaveLength(history.length + 1);
  });

  it('is folded where cutting is not enough', () => {
    const history = [opened, told('The port is 4000.', 1), ...steps(40, ofTokens(100))];
    const next = nextCompaction(history, window);
    expect(next?.fold).toContain('The port is 4000.');
    expect(next?.fold).toContain('Called shell with {"command":"1"}');
    expect(next?.before).toBeGreaterThan(20);
    expect(tokensOf(shortened(history), window)).toBeLessThan(3_000);
  });

  it('is folded again with the notes of the first time', () => {
    const once = shortened([opened, ...steps(40, ofTokens(100))]);
    const next = nextCompaction([...once, ...steps(40, ofTokens(100), 41)], window);
    expect(next?.fold).toMatch(/My notes\.[^]*"41"/);
    expect(next?.fold).not.toContain('"1"');
  });

  it('is folded in parts that the model can be sent', () => {
    const history = [opened, ...steps(200, ofTokens(100))];
    expect(nextCompaction(history, window)?.fold?.length).toBeLessThan(window.contextTokens * PER_TOKEN);
    expect(tokensOf(shortened(history), window)).toBeLessThan(3_000);
  });

  it('is cut to its last result when that alone is too long', () => {
    const history = [opened, ...stepOf(1, ofTokens(5_000))];
    expect(nextCompaction(history, window)).toEqual({ before: 2 });
    expect(tokensOf(shortened(history), window)).toBeLessThan(1_000);
  });

  it('counts as the model counts, where its language takes more tokens', () => {
    const history = [opened, ...steps(3, ofTokens(500))];
    const counted = [opened, ...steps(2, ofTokens(500)), ...stepOf(3, ofTokens(500), { tokens: 4_500 })];
    expect(nextCompaction(history, window)).toBeUndefined();
    expect(nextCompaction(counted, window)).toBeDefined();
  });

  it('gets no shorter when only the task itself is too long', () => {
    const history: RuntimeEvent[] = [{ type: 'turn.opened', system: '', prompt: ofTokens(9_000) }];
    expect(nextCompaction(history, window)).toBeUndefined();
  });
});
