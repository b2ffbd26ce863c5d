import type { RuntimeEvent } from '@fusion-kit/domain/ports/runtime';
import { answered, call, called, opened, returned, stepOf, told } from '@fusion-kit/testing/conversation-events';
import { describe, expect, it } from 'vitest';
import { repeatsIn } from './repeats.ts';

/** Steps one after the other, each told by its command and its output. */
const steps = (...made: readonly (readonly [string, string])[]): RuntimeEvent[] =>
  made.flatMap(([input, output], at) => stepOf(at + 1, output, { input }));

describe('going round in circles', () => {
  it.each<{ what: string; made: [string, string][]; count: number }>([
    {
      what: 'nothing was repeated',
      made: [
        ['ls', 'a'],
        ['pwd', 'b'],
      ],
      count: 0,
    },
    {
      what: 'one call was made four times with the same result',
      made: [
        ['ls', 'a'],
        ['ls', 'a'],
        ['ls', 'a'],
        ['ls', 'a'],
      ],
      count: 3,
    },
    {
      what: 'two calls take turns',
      made: [
        ['ls', 'a'],
        ['pwd', 'b'],
        ['ls', 'a'],
        ['pwd', 'b'],
      ],
      count: 2,
    },
    {
      what: 'the result is another each time',
      made: [
        ['ls', 'a'],
        ['ls', 'b'],
        ['ls', 'c'],
      ],
      count: 0,
    },
    {
      what: 'something was changed in between',
      made: [
        ['test', 'fails'],
        ['edit 1', 'ok'],
        ['test', 'fails'],
        ['edit 2', 'ok'],
      ],
      count: 0,
    },
    {
      what: 'long results differ in their end',
      made: [
        ['ls', `${'x'.repeat(2_000)}a`],
        ['ls', `${'x'.repeat(2_000)}b`],
      ],
      count: 0,
    },
  ])('counts $count steps when $what', ({ made, count }) => {
    expect(repeatsIn([opened, ...steps(...made)]).count).toBe(count);
  });

  it('begins anew with a message, which may be what the agent waits for', () => {
    const row = steps(['ls', 'a'], ['ls', 'a'], ['ls', 'a']);
    expect(repeatsIn([opened, ...row]).count).toBe(2);
    expect(repeatsIn([opened, ...row, told('Try it now.', 1)]).count).toBe(0);
    expect(repeatsIn([opened, ...row, told('Try it now.', 1), ...stepOf(4, 'a', { input: 'ls' })]).count).toBe(1);
    expect(repeatsIn([opened, ...row, told('You repeat yourself.'), ...stepOf(4, 'a', { input: 'ls' })]).count).toBe(3);
  });

  it('takes a step of several calls for new when one of them is', () => {
    const [one, two, three] = [call('1'), call('2'), call('3', 'shell', '{"command":"date"}')];
    const first = [answered('', one), called(one), returned(one)];
    const second = [answered('', two, three), called(two), called(three), returned(two), returned(three)];
    expect(repeatsIn([opened, ...first, ...second]).count).toBe(0);
  });
});
