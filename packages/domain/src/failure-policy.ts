import type { ErrorCode } from './errors.ts';

/** Failures that another attempt cannot mend: a person has to change something first. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'budget_exceeded',
  'provider_key_missing',
  'provider_refused_key',
  'provider_credits',
  'provider_unknown',
  'model_unknown',
  'runtime_unknown',
  'sandbox_missing',
  'expression_invalid',
  'landing_conflict',
  'blob_unknown',
]);

/** Interruptions that are nobody's fault: the work goes on where it stopped and no attempt is used up. */
const INTERRUPTIONS: ReadonlySet<ErrorCode> = new Set(['provider_limited', 'runner_lost', 'shutting_down']);

export const isRetryable = (code: ErrorCode): boolean => !FINAL.has(code);
export const countsAsAttempt = (code: ErrorCode): boolean => !INTERRUPTIONS.has(code);

const BACKOFF_MAX_MS = 3_600_000;

/**
 * Milliseconds to wait before an attempt: doubling, at most an hour, never less than the provider asks for.
 * `jitter` from 0 to 1 spreads the wait over its upper half, so that many do not come back at once. Pure.
 */
export const backoffMs = (baseMs: number, attempts: number, jitter: number, retryAfterMs = 0): number =>
  Math.max(retryAfterMs, Math.round(Math.min(baseMs * 2 ** attempts, BACKOFF_MAX_MS) * (0.5 + jitter / 2)));
