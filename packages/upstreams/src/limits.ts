/** What an upstream allows itself. */
export interface Limits {
  /** Calls in flight with one credential; a streamed answer counts until its end. */
  concurrency: number;
  /** Tries for one call, the first included. */
  attempts: number;
  /** First wait between tries when the provider names none; doubles each time. */
  backoffMs: number;
  /** Longest wait that a call sits out itself; a longer one is reported as `provider_limited`. */
  patienceMs: number;
  /** `max_tokens` where the caller gives none, and the most that is let through: what an answer may cost must be known before it is asked for. */
  outputTokens: number;
  outputTokensMax: number;
  /** Longest silence before the answer begins, and between its pieces. */
  firstByteMs: number;
  idleMs: number;
}

export const LIMITS: Limits = {
  concurrency: 16,
  attempts: 4,
  backoffMs: 500,
  patienceMs: 30_000,
  outputTokens: 8_192,
  outputTokensMax: 65_536,
  firstByteMs: 300_000,
  idleMs: 120_000,
};
