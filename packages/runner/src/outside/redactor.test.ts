import { describe, expect, it } from 'vitest';
import { redactor } from './redactor.ts';

const TOKEN = 'npm_0123456789';
const URL_OF_IT = `postgres://user:${TOKEN}@host/db`;
const QUOTED = 'a "quoted" one\\with a slash';
const LINES = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAAS\n-----END KEY-----';

describe('what is taken out of texts', () => {
  const { text, data } = redactor([TOKEN, URL_OF_IT, QUOTED, LINES]);

  it('is each value, the longest first', () => {
    expect(text(`with ${URL_OF_IT} and ${TOKEN}!`)).toBe('with [secret] and [secret]!');
    expect(text('nothing of it')).toBe('nothing of it');
  });

  it('is also as JSON, URLs and basic authentication write it', () => {
    for (const written of [JSON.stringify({ QUOTED }), encodeURIComponent(URL_OF_IT), btoa(URL_OF_IT)]) {
      expect(text(`x ${written} y`)).toContain('[secret]');
      expect(text(written)).not.toContain(written.slice(10, -10));
    }
  });

  it('is each longer line of one with many', () => {
    expect(text(`got hkiG9w0BAQEFAAS here`)).toBe('got [secret] here');
    expect(text(LINES)).toBe('[secret]');
  });

  it('is in data at any depth, in names too, and all else stays as it is', () => {
    const given = { a: [{ b: `x${TOKEN}` }], [TOKEN]: 1, n: 2.5, none: null, yes: true };
    expect(data(given)).toEqual({ a: [{ b: 'x[secret]' }], '[secret]': 1, n: 2.5, none: null, yes: true });
  });

  it('is never longer than it was', () => {
    expect(redactor(['12345678']).text('12345678'.repeat(100))).toHaveLength(800);
  });
});

describe('in text that comes in pieces', () => {
  it.each([1, 2, 3, 5, 8, 13, 100])('a value is taken out wherever it was cut, in pieces of %i', (size) => {
    const { stream } = redactor([TOKEN, URL_OF_IT]);
    const { add, end } = stream();
    const whole = `begin ${TOKEN} npm_01 ${URL_OF_IT} end npm_`;
    let shown = '';
    for (let at = 0; at < whole.length; at += size) shown += add(whole.slice(at, at + size));
    expect(shown + end()).toBe('begin [secret] npm_01 [secret] end npm_');
  });

  it('nothing is held back that cannot be the beginning of one', () => {
    const { add, end } = redactor([TOKEN]).stream();
    expect([add('hello n'), add('o, np'), add('m!'), end()]).toEqual(['hello ', 'no, ', 'npm!', '']);
  });
});
