import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bounded, boundedText } from './bounded-text.ts';

describe('bounded text', () => {
  it('is the text itself when it is short', () => {
    expect(bounded('abcdef', 6)).toBe('abcdef');
  });

  it('keeps head and tail and says how much is gone', () => {
    expect(bounded('abcdefgh', 6)).toBe('abc\n[… 2 characters cut …]\nfgh');
  });

  it('is the same however the text was cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 2, max: 20 }), (pieces, max) => {
        const collected = boundedText(max);
        for (const piece of pieces) collected.add(piece);
        expect(collected.toString()).toBe(bounded(pieces.join(''), max));
      }),
    );
  });
});
