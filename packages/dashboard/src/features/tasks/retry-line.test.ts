import { expect, it } from 'vitest';
import { retryLine } from './retry-line.ts';

it('says after which kinds of failure a task is tried again', () => {
  expect(retryLine({ limit: 0, backoffMs: 1_000 })).toBeUndefined();
  expect(retryLine({ limit: 2, backoffMs: 2_000, on: ['provider_limit', 'crash'] })).toBe(
    'up to 2 more, 2.0 s apart and growing, after provider limit, crash',
  );
  expect(retryLine({ limit: 1, backoffMs: 60_000 })).toContain('any failure that another attempt can mend');
});
