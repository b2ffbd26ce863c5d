import { expect, it } from 'vitest';
import { priceBook } from './price-book.ts';

const listed = (id: string, inputUsd: number | null) => ({ id, name: id, contextTokens: null, inputUsd, outputUsd: 2 });
const list = async () => [
  listed('anthropic/claude-sonnet-4.5', 1),
  listed('openai/gpt-5', 3),
  listed('openai/free', null),
];

it.each([
  ['anthropic', 'claude-sonnet-4-5-20250929', 1],
  ['anthropic', 'claude-sonnet-4-5', 1],
  ['openai', 'gpt-5-2025-08-07', 3],
  ['openai', 'gpt-5-mini', undefined],
  ['openai', 'free', undefined],
])('knows what %s takes for %s', async (vendor, model, price) => {
  expect((await priceBook(list, vendor)(model))?.inputUsd).toBe(price);
});

it('knows nothing where the list cannot be had', async () => {
  expect(await priceBook(() => Promise.reject(new Error('no network')), 'openai')('gpt-5')).toBeUndefined();
});
