import type { LeashClaim } from '@fusion-kit/domain/leash';
import type { Paint } from '../terminal.ts';
import { plain } from './plain.ts';

/** What keeps agents to what, a line each, and below it what can be done about the rest, each advice once. Pure. */
export function leashText(claims: readonly LeashClaim[], paint: Paint): string {
  const width = Math.max(0, ...claims.map(({ what }) => what.length));
  const byWidth = Math.max(0, ...claims.map(({ by }) => by.length));
  const colour = (by: string): string =>
    by === 'none' ? paint.yellow(by.padEnd(byWidth)) : paint.green(by.padEnd(byWidth));
  const lines = claims.map(
    ({ what, by, note }) => `  ${what.padEnd(width)}  ${colour(by)}  ${paint.dim(plain(note))}\n`,
  );
  const remedies = new Set(claims.flatMap(({ remedy }) => remedy ?? []));
  return [...lines, ...[...remedies].map((remedy) => `  ${paint.yellow('→')} ${remedy}\n`)].join('');
}
