import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { Bell } from './bell.ts';

it('keeps nothing of those who have left, and nothing at the signal of those who were let go', async () => {
  const bell = new Bell();
  const { signal } = new AbortController();
  const gone = new AbortController();
  let looked = 0;
  const left = bell.until(() => (looked += 1) < 0, gone.signal);
  gone.abort();
  await left;
  bell.ring();
  expect(looked).toBe(1);

  let isSo = false;
  const waiting = bell.until(() => isSo, signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  isSo = true;
  bell.ring();
  await waiting;
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});
