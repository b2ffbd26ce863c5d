/** What an upstream allows itself. */
export interface Limits {
  /** Calls in flight with one credential to begin with, and at most; a streamed answer counts until its end. */
  concurrency: number;
  concurrencyMax: number;
  /** Tries for one call, the first included. */
  attempts: number;
  /** First wait between tries when the provider names none; doubles each time. */
  backoffMs: number;
  /** Longest wait that a call sits out itself; a longer one is reported as `provider_limited`. */
  patienceMs: number;
  /** So many failures in a row, of whichever calls, and the provider is left alone: for `restMs`, then twice as long, up to `restMaxMs`. */
  failuresInARow: number;
  restMs: number;
  restMaxMs: number;
  /** When to come back where only a person can help: with more credits, with another key. */
  personMs: number;
  /** Output cap where the caller gives none, and the most that is let through: what an answer may cost must be known before it is asked for. */
  outputTokens: number;
  /** The same for formats whose models think before they answer, within that cap. */
  thinkingOutputTokens: number;
  outputTokensMax: number;
  /** Longest silence before the answer begins, and between its pieces. */
  firstByteMs: number;
  idleMs: number;
}

export const LIMITS: Limits = {
  concurrency: 32,
  concurrencyMax: 128,
  attempts: 4,
  backoffMs: 500,
  patienceMs: 30_000,
  failuresInARow: 5,
  restMs: 15_000,
  restMaxMs: 300_000,
  personMs: 300_000,
  outputTokens: 8_192,
  thinkingOutputTokens: 32_768,
  outputTokensMax: 65_536,
  firstByteMs: 300_000,
  idleMs: 60_000,
};
