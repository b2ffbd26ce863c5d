import { expect, it } from 'vitest';
import { takeToken, tokenIn } from './session-token.ts';

function shelf() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

it('takes the token out of the address and keeps it for reloads', () => {
  const own = shelf();
  const shown: unknown[] = [];
  const history = { replaceState: (...told: unknown[]) => void shown.push(told.at(-1)) };
  const token = takeToken({ hash: '#token=a%2Fb', pathname: '/tasks', search: '?run=1' }, own, history);
  expect(token).toBe('a/b');
  expect(shown).toEqual(['/tasks?run=1']);
  expect(takeToken({ hash: '', pathname: '/', search: '' }, own, history)).toBe('a/b');
});

it('finds it in a pasted address', () => {
  expect(tokenIn('http://127.0.0.1:8000/#token=xyz')).toBe('xyz');
  expect(tokenIn('xyz')).toBeUndefined();
});
