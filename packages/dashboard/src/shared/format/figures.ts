/** Figures as the page writes them. All pure; `—` stands for what is not known. */
const whole = new Intl.NumberFormat('en-US');
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

export const count = (value: number): string => whole.format(value);

/** 940, 12.4k, 3.21M. */
export function tokens(value: number): string {
  if (value < 1_000) return String(value);
  if (value < 999_500) return `${(value / 1_000).toFixed(value < 99_950 ? 1 : 0)}k`;
  return `${(value / 1_000_000).toFixed(2)}M`;
}

/** Dollars with as many digits as make sense at that size; a trailing `+` when some calls had no price. */
export function usd(value: number, unpricedCalls = 0): string {
  if (value === 0 && unpricedCalls > 0) return 'unpriced';
  const digits = value === 0 || value >= 10 ? 2 : value >= 0.1 ? 3 : 4;
  return `$${value.toFixed(digits)}${unpricedCalls > 0 ? '+' : ''}`;
}

/** 320 ms, 4.2 s, 1m 05s, 2h 03m, 6d 4h. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${String(seconds % 60).padStart(2, '0')}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h ${String(minutes % 60).padStart(2, '0')}m`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** The same for a running clock: whole seconds, so that it does not flicker. */
export const elapsed = (ms: number): string =>
  ms < 60_000 ? `${Math.max(0, Math.floor(ms / 1_000))} s` : duration(ms);

export const timeOfDay = (at: number): string => clock.format(at);
export const dateAndTime = (at: number): string => moment.format(at);

/** 512 B, 4.0 kB, 1.2 MB. */
export function bytes(size: number): string {
  if (size < 1_000) return `${size} B`;
  return size < 1_000_000 ? `${(size / 1_000).toFixed(1)} kB` : `${(size / 1_000_000).toFixed(1)} MB`;
}

export const shortCommit = (commit: string): string => commit.slice(0, 8);
