import { parsedJson } from '@fusion-kit/domain/parsed-json';
import { withoutKeys } from '../secrets.ts';

const SHOWN_MAX = 120;

/** What differs from run to run without meaning anything: ids, commits, times, how long something took, where it ran. */
const PASSING: readonly (readonly [RegExp, string])[] = [
  [/\b(prj|run|tsk|agt|dsp|msg|wfl|rsv)_[0-9A-HJKMNP-TV-Z]{26}\b/g, '$1'],
  [/\bfusion\/([a-z0-9-]+)-[0-9a-z]{8}\b/g, 'fusion/$1'],
  [/\b[0-9a-f]{40}\b/g, 'COMMIT'],
  [/\b[0-9a-f]{7,12}\b(?=\.\.|\]| )/g, 'COMMIT'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, 'TIME'],
  [/\b\d+(?:\.\d+)?\s?(?:ms|s|seconds|milliseconds)\b/g, 'WHILE'],
  [/\bduration_ms:? \d+(?:\.\d+)?/g, 'WHILE'],
];

/** Fields that a provider's upstream puts into a request, whoever asked. */
const BOUND = new Set([
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'maxOutputTokens',
  'stream_options',
]);

/** Where a request first differs from the recorded one, in words; undefined when both ask the same. Pure. */
export function firstDifference(recorded: string, asked: string): string | undefined {
  return difference(parsedJson(recorded), parsedJson(withoutKeys(asked, undefined)), '');
}

function difference(before: unknown, now: unknown, at: string): string | undefined {
  if (isObject(before) && isObject(now)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
      if (BOUND.has(name)) continue;
      const found = difference(
        before[name],
        now[name],
        Array.isArray(now) ? `${at}[${name}]` : `${at}${at && '.'}${name}`,
      );
      if (found) return found;
    }
    return undefined;
  }
  const [then, here] = [settled(before), settled(now)];
  return then === here ? undefined : `${at || 'the request'} was ${excerpt(then, here)}, and is ${excerpt(here, then)}`;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const settled = (value: unknown): string =>
  PASSING.reduce(
    (text, [pattern, instead]) => text.replaceAll(pattern, instead),
    typeof value === 'string' ? value : (JSON.stringify(value) ?? 'absent'),
  );

/** The part of a text around the place where it leaves another. */
function excerpt(text: string, other: string): string {
  let at = 0;
  while (at < text.length && text[at] === other[at]) at += 1;
  const from = Math.max(0, at - 30);
  return JSON.stringify(`${from > 0 ? '…' : ''}${text.slice(from, from + SHOWN_MAX)}`);
}
