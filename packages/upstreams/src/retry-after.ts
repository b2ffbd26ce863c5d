/** Times from here on are milliseconds since 1970, below it seconds; and what is below a year of seconds counts from now: providers use all three. */
const MILLISECONDS_FROM = 100_000_000_000;
const SECONDS_SINCE_1970_FROM = 31_536_000;

/**
 * How long the provider asks to be left alone, in milliseconds, or undefined when it does not say: `retry-after-ms`, then
 * `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), then `X-RateLimit-Reset` as a time.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const milliseconds = number(headers.get('retry-after-ms'));
  if (milliseconds !== undefined) return atLeastZero(milliseconds);
  const retryAfter = headers.get('retry-after');
  const seconds = number(retryAfter);
  if (seconds !== undefined) return atLeastZero(seconds * 1000);
  const date = Date.parse(retryAfter ?? '');
  if (!Number.isNaN(date)) return atLeastZero(date - nowMs);
  const reset = number(headers.get('x-ratelimit-reset'));
  if (reset === undefined) return undefined;
  if (reset < SECONDS_SINCE_1970_FROM) return atLeastZero(reset * 1000);
  return atLeastZero((reset < MILLISECONDS_FROM ? reset * 1000 : reset) - nowMs);
}

const atLeastZero = (ms: number) => Math.max(0, Math.ceil(ms));

function number(text: string | null): number | undefined {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}
