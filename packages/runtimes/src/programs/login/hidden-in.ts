import { parsedJson } from '@fusion-kit/domain/parsed-json';
import { isConfig } from '../own/config-text.ts';
import type { KeptLogin } from './kept-login.ts';

const SECRET = /token|secret|key|password|cookie/i;
/** Shorter ones are names and numbers, which stand in many texts. */
const LENGTH_MIN = 12;

/** What of a login may be told nowhere, whatever a program prints. Pure. */
export function hiddenIn({ files, token }: Pick<KeptLogin, 'files' | 'token'>): string[] {
  // One that is no JSON is a secret as it is.
  const found = Object.values(files).flatMap((text) => secretsIn(parsedJson(text) ?? { token: text.trim() }, ''));
  return [...(token === undefined ? [] : [token]), ...found].filter(({ length }) => length >= LENGTH_MIN);
}

function secretsIn(value: unknown, name: string): string[] {
  if (typeof value === 'string') return SECRET.test(name) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((one) => secretsIn(one, name));
  return isConfig(value) ? Object.entries(value).flatMap(([inner, one]) => secretsIn(one, inner)) : [];
}
