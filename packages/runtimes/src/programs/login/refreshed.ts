import { parsedJson } from '@fusion-kit/domain/parsed-json';
import { isConfig } from '../own/config-text.ts';
import type { KeptLogin } from './kept-login.ts';

/** Names under which files say until when, or since when, their tokens hold. */
const TIMES = /(expir(es|y)|last_?refresh)/i;
/** Names of what a refresh leaves as it is: whose login it is. */
const WHOSE = /(account|user|org)[-_]?(id|uuid)|email|^sub$|client[-_]?id|scopes?$/i;
/** Longer than any token that is refreshed holds, in milliseconds. */
const HOLDS_MAX_MS = 400 * 86_400_000;
const SECONDS_BELOW = 100_000_000_000;

/**
 * The login with what a program has refreshed in an agent's HOME, undefined when there is nothing to take back.
 *
 * An agent could have written those files itself, so no more is believed than a refresh explains: the same files in the same shape, of the same account, with
 * tokens that hold later than those that are kept. Another agent's refresh that came meanwhile stays. Pure.
 *
 * @param found the files of the login in the HOME, by their paths
 */
export function refreshedLogin(
  login: KeptLogin,
  found: ReadonlyMap<string, string>,
  now: number,
): KeptLogin | undefined {
  const files = { ...login.files };
  for (const [path, before] of Object.entries(login.files)) {
    const after = found.get(path);
    if (after === undefined || after === before) continue;
    const [was, is] = [parsedJson(before), parsedJson(after)];
    if (!isConfig(was) || !isConfig(is) || !sameShape(was, is)) continue;
    const time = latest(is);
    if (time > latest(was) && time < now + HOLDS_MAX_MS) files[path] = after;
  }
  return Object.keys(files).some((path) => files[path] !== login.files[path]) ? { ...login, files } : undefined;
}

/** Whether both hold the same names with values of the same kinds, and say the same of whose they are. */
function sameShape(was: unknown, is: unknown, name = ''): boolean {
  if (Array.isArray(was) && Array.isArray(is)) return !WHOSE.test(name) || JSON.stringify(was) === JSON.stringify(is);
  if (isConfig(was) && isConfig(is)) {
    const names = Object.keys(was).toSorted();
    return (
      JSON.stringify(names) === JSON.stringify(Object.keys(is).toSorted()) &&
      names.every((inner) => sameShape(was[inner], is[inner], inner))
    );
  }
  return typeof was === typeof is && (!WHOSE.test(name) || was === is);
}

/** The latest time that is said in a file, in milliseconds since 1970; 0 when none is. */
function latest(value: unknown, name = ''): number {
  if (isConfig(value)) return Math.max(0, ...Object.entries(value).map(([inner, one]) => latest(one, inner)));
  if (!TIMES.test(name)) return 0;
  const time = typeof value === 'number' ? value : Date.parse(String(value));
  return Number.isNaN(time) ? 0 : time < SECONDS_BELOW ? time * 1_000 : time;
}
