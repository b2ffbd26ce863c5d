import { expect, it } from 'vitest';
import { duration, elapsed, tokens, usd } from './figures.ts';
import { toolLine } from './tool-line.ts';

it('shortens tokens at the size where digits stop telling', () => {
  expect([0, 940, 1_000, 12_430, 123_400, 999_600, 3_210_000].map(tokens)).toEqual([
    '0',
    '940',
    '1.0k',
    '12.4k',
    '123k',
    '1.00M',
    '3.21M',
  ]);
});

it('writes dollars with more digits the smaller they are, and says when some calls had no price', () => {
  expect([0, 0.0042, 0.123, 1.5, 12.345].map((value) => usd(value))).toEqual([
    '$0.00',
    '$0.0042',
    '$0.123',
    '$1.500',
    '$12.35',
  ]);
  expect(usd(0, 3)).toBe('unpriced');
  expect(usd(1, 1)).toBe('$1.000+');
});

it('writes durations as clocks do', () => {
  expect([320, 4_230, 42_000, 65_000, 7_380_000, 532_800_000].map(duration)).toEqual([
    '320 ms',
    '4.2 s',
    '42 s',
    '1m 05s',
    '2h 03m',
    '6d 4h',
  ]);
  expect(elapsed(-5)).toBe('0 s');
});

it('shows what a tool is about, whatever its input looks like', () => {
  expect(toolLine('edit_file', '{"from":"a","path":"src/a.js"}')).toBe('edit_file src/a.js');
  expect(toolLine('shell', '{"command":"npm\\n test"}')).toBe('shell npm test');
  expect(toolLine('finish', '{}')).toBe('finish');
  expect(toolLine('write_file', '{"path": "cut off')).toBe('write_file {"path": "cut off');
});
