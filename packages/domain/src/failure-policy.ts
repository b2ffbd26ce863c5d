import { type ErrorCode, type ErrorRow, ERRORS } from './errors.ts';
import type { FailureKind } from './failure-kind.ts';
import type { RetryPolicy } from './node.ts';

const againOf = (code: ErrorCode): ErrorRow['again'] => {
  const row: ErrorRow = ERRORS[code];
  return row.again;
};

/** What sort of failure a code is. What another attempt cannot mend counts as refused, everything unforeseen as a crash. Pure. */
export function kindOf(code: ErrorCode): FailureKind {
  const row: ErrorRow = ERRORS[code];
  return row.kind ?? (row.again === 'never' ? 'refused' : 'crash');
}

/** Whether a policy has a task that failed so tried again, as long as attempts are left. Pure. */
export const isRetryable = (code: ErrorCode, { on }: Pick<RetryPolicy, 'on'> = {}): boolean =>
  againOf(code) !== 'never' && (againOf(code) === 'free' || on === undefined || on.includes(kindOf(code)));
export const countsAsAttempt = (code: ErrorCode): boolean => againOf(code) !== 'free';

const BACKOFF_MAX_MS = 3_600_000;

/**
 * Milliseconds to wait before an attempt: doubling, at most an hour, never less than the provider asks for.
 * `jitter` from 0 to 1 spreads the wait over its upper half, so that many do not come back at once. Pure.
 */
export const backoffMs = (baseMs: number, attempts: number, jitter: number, retryAfterMs = 0): number =>
  Math.max(retryAfterMs, Math.round(Math.min(baseMs * 2 ** attempts, BACKOFF_MAX_MS) * (0.5 + jitter / 2)));
