import { expect, it } from 'vitest';
import { Refusals } from './refusals.ts';

it('each destination is told once, twenty of them, and then that there are more', () => {
  const told: string[] = [];
  const refusals = new Refusals((destination) => told.push(destination));
  for (let round = 0; round < 2; round += 1)
    for (let at = 0; at < 30; at += 1) refusals.add(`host-${at}.example:443`, 'not allowed');
  expect(told).toEqual([...Array.from({ length: 20 }, (_, at) => `host-${at}.example:443`), 'more']);
  expect(refusals.reasons).toHaveLength(21);
});

it('a destination is told as far as an event has room for it', () => {
  const told: string[] = [];
  new Refusals((...words) => told.push(...words)).add(`${'a'.repeat(10_000)}:443`, 'b'.repeat(10_000));
  expect(told.map(({ length }) => length <= 300)).toEqual([true, true]);
});
