import { Usage } from '@fusion-kit/domain/usage';
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { ago, bytes, cost, count, duration, tokens } from './figures.ts';
import { cut, plain, widthOf } from './plain.ts';
import { fieldsText, tableText } from './table.ts';

const plainPaint = picocolors.createColors(false);
const colourPaint = picocolors.createColors(true);
const used = (more: Partial<Usage>): Usage =>
  Usage.parse({ calls: 1, inputTokens: 0, outputTokens: 0, costUsd: 0, unpricedCalls: 0, ...more });

describe('text of others', () => {
  it('cannot command the terminal it is shown on', () => {
    expect(plain('\u001b[2J\u001b]0;title\u0007a\u0000b\r\nc\u202ed\u009b31m')).toBe('ab cd');
  });

  it('is cut to the columns it may take, wide letters counting twice', () => {
    expect(cut('abcdef', 6)).toBe('abcdef');
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('漢字漢字', 5)).toBe('漢字…');
    expect(widthOf(cut('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3))).toBeLessThanOrEqual(3);
  });
});

describe('figures', () => {
  it.each([
    [0, '0.0 s'],
    [1_234, '1.2 s'],
    [59_949, '59.9 s'],
    [59_960, '1 m 00 s'],
    [184_000, '3 m 04 s'],
    [7_500_000, '2 h 05 m'],
    [167 * 3_600_000, '6 d 23 h'],
  ])('%i ms are %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });

  it.each([
    [999, '999'],
    [12_345, '12.3 k'],
    [999_960, '1.0 M'],
  ])('%i is %s', (amount, text) => {
    expect(count(amount)).toBe(text);
  });

  it('never show an unknown price as nothing', () => {
    expect(cost(used({ calls: 2, costUsd: 0.01234, unpricedCalls: 0 }))).toBe('$0.0123');
    expect(cost(used({ calls: 2, costUsd: 3.456, unpricedCalls: 1 }))).toBe('$3.46 + ?');
    expect(cost(used({ calls: 2, unpricedCalls: 2 }))).toBe('?');
    expect(cost(used({ calls: 0 }))).toBe('');
    expect(tokens(used({ inputTokens: 900, outputTokens: 150 }))).toBe('1.1 k');
  });

  it('say how long ago something was', () => {
    expect(ago(0, 59_000)).toBe('just now');
    expect(ago(0, 3 * 3_600_000)).toBe('3 h ago');
    expect(ago(0, 86_400_000)).toBe('1970-01-01');
    expect(bytes(1.5e9)).toBe('1.5 GB');
  });
});

describe('a table', () => {
  const table = {
    head: ['name', 'text'],
    rows: [
      ['one', 'x'.repeat(60)],
      ['漢字', 'short'],
    ],
    empty: 'none',
  };

  it('aligns its columns and cuts nothing where nobody watches', () => {
    expect(tableText(table, plainPaint, undefined).split('\n')).toEqual([
      'NAME  TEXT',
      `one   ${'x'.repeat(60)}`,
      '漢字  short',
      '',
    ]);
  });

  it('gives way at its widest column so that no line wraps', () => {
    const lines = tableText(table, plainPaint, 30).trimEnd().split('\n');
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(30);
    expect(lines[1]).toMatch(/^one   x+…$/);
  });

  it('never cuts its first column, which names the row', () => {
    const id = 'run_01M81A0CSS2ZNDDSAFVQQ5V7FM';
    expect(tableText({ ...table, rows: [[id, 'x'.repeat(60)]] }, plainPaint, 40)).toContain(id);
  });

  it('never cuts inside a colour', () => {
    const text = tableText({ ...table, rows: [['one', colourPaint.red('x'.repeat(60))]] }, colourPaint, 30);
    expect(text.split('\n')[1]).not.toContain('\u001b[31m');
  });

  it('says what it would hold when it is empty', () => {
    expect(tableText({ ...table, rows: [] }, plainPaint, 80)).toBe('none\n');
  });
});

it('fields align their values and leave empty ones out', () => {
  expect(
    fieldsText(
      [
        ['a', '1'],
        ['gone', ''],
        ['long', '2'],
      ],
      plainPaint,
    ),
  ).toBe('a     1\nlong  2\n');
});
