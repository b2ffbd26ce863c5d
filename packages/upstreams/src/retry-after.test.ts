import { expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const NOW = Date.UTC(2026, 0, 1);

it.each<[string, Record<string, string>, number | undefined]>([
  ['seconds', { 'retry-after': '90' }, 90_000],
  ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }, 5_000],
  ['a date that has passed', { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
  ['milliseconds', { 'retry-after-ms': '50', 'retry-after': '1' }, 50],
  ['a reset in milliseconds since 1970', { 'x-ratelimit-reset': String(NOW + 7_000) }, 7_000],
  ['a reset in seconds since 1970', { 'x-ratelimit-reset': String(NOW / 1000 + 7) }, 7_000],
  ['a reset in seconds from now', { 'x-ratelimit-reset': '30' }, 30_000],
  ['nothing', {}, undefined],
  ['nonsense', { 'retry-after': 'soon' }, undefined],
])('reads %s', (_what, headers, expected) => {
  expect(retryAfterMs(new Headers(headers), NOW)).toBe(expected);
});
