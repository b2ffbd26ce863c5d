import { expect, it } from 'vitest';
import { randomBlocks } from './random-blocks.ts';

it('gives out no bytes twice, as many as were asked for', () => {
  const random = randomBlocks();
  const given = Array.from({ length: 1_000 }, () => Buffer.from(random(24)).toString('hex'));
  expect(new Set(given).size).toBe(1_000);
  expect(given.every((each) => each.length === 48)).toBe(true);
  expect(random(10_000)).toHaveLength(10_000);
});
