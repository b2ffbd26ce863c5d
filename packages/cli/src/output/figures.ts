import type { Usage } from '@fusion-kit/domain/usage';

const DAYS_FROM_HOURS = 48;

/** `0.4 s`, `12.3 s`, `3 m 04 s`, `2 h 05 m`, from two days on `6 d 23 h`. Pure. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3_600) return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= DAYS_FROM_HOURS) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return `${hours} h ${String(minutes % 60).padStart(2, '0')} m`;
}

/** `just now`, `5 min ago`, `3 h ago`, else the date. Pure. */
export function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return new Date(at).toISOString().slice(0, 10);
}

/** `950`, `12.3 k`, `4.1 M`. Pure. */
export function count(amount: number): string {
  if (amount < 1_000) return String(amount);
  return amount < 999_950 ? `${(amount / 1_000).toFixed(1)} k` : `${(amount / 1_000_000).toFixed(1)} M`;
}

export const tokens = (usage: Usage): string =>
  usage.calls === 0 ? '' : count(usage.inputTokens + usage.outputTokens);

/** Cost as the providers reported it; `+ ?` says that some calls came without a price. Pure. */
export function cost(usage: Usage): string {
  if (usage.calls === 0) return '';
  if (usage.unpricedCalls === usage.calls) return '?';
  const dollars = `$${usage.costUsd.toFixed(usage.costUsd < 1 ? 4 : 2)}`;
  return usage.unpricedCalls > 0 ? `${dollars} + ?` : dollars;
}

export const bytes = (amount: number): string =>
  amount < 1e9 ? `${(amount / 1e6).toFixed(0)} MB` : `${(amount / 1e9).toFixed(1)} GB`;

export const shortCommit = (commit: string | undefined): string => commit?.slice(0, 8) ?? '';

/** `14:03:07` of the local day. Pure but for the zone. */
export const clockTime = (at: number): string => new Date(at).toTimeString().slice(0, 8);
