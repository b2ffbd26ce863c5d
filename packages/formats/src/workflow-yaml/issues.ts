import type * as z from 'zod';
import { didYouMean } from '@fusion-kit/domain/nearest';

/** A schema issue in the words of the file. `onKey` when the key itself is wrong and not what stands under it. */
export interface Finding {
  path: PropertyKey[];
  message: string;
  onKey: boolean;
}
type Issue = z.core.$ZodIssue;

/** What a schema found wrong in `value`, told for people who wrote a file and never saw the schema. */
export function findings(issues: readonly Issue[], value: unknown, base: readonly PropertyKey[] = []): Finding[] {
  return issues.flatMap((issue) => finding(issue, value, [...base, ...issue.path]));
}

function finding(issue: Issue, value: unknown, path: PropertyKey[]): Finding | Finding[] {
  const found = valueAt(value, path);
  const named = path.length === 0 ? 'the file' : path.map(String).join('.');
  const onKey = (message: string, at = path): Finding => ({ path: at, message, onKey: true });
  switch (issue.code) {
    case 'invalid_type':
      if (found === undefined) return onKey(`${named} is missing`);
      return {
        path,
        message: `${named} must be ${article(issue.expected)}${butIs(found, issue.expected)}`,
        onKey: false,
      };
    case 'unrecognized_keys':
      return onKey(path.length === 0 ? issue.message : `${named}: ${issue.message}`, [...path, issue.keys[0] ?? '']);
    case 'invalid_key':
      return onKey(`${named}: a name must be ${issue.issues[0]?.message ?? 'valid'}`);
    case 'invalid_union':
      return union(issue, value, path, named);
    case 'invalid_value':
      return { path, message: oneOf(named, found, issue.values), onKey: false };
    default:
      return { path, message: `${named}: ${issue.message}`, onKey: false };
  }
}

const oneOf = (named: string, found: unknown, allowed: readonly unknown[]): string => {
  const texts = allowed.filter((one) => typeof one === 'string');
  return `${named} must be ${texts.join(' or ')}${typeof found === 'string' ? didYouMean(found, texts) : ''}`;
};

const isOutermostType = (issue: Issue): boolean => issue.path.length === 0 && issue.code === 'invalid_type';

function union(issue: z.core.$ZodIssueInvalidUnion, value: unknown, path: PropertyKey[], named: string): Finding[] {
  if ('options' in issue && issue.options)
    return [{ path, message: oneOf(named, valueAt(value, path), issue.options), onKey: false }];
  // The branch that the writer was on is the one whose outermost type fits.
  const branch = issue.errors.find((inner) => !inner.some(isOutermostType));
  if (branch) return findings(branch, value, path);
  const types = issue.errors
    .flat()
    .flatMap((inner) => (inner.code === 'invalid_type' ? [article(inner.expected)] : []));
  return [{ path, message: `${named} must be ${[...new Set(types)].join(' or ')}`, onKey: false }];
}

const NAMES: Record<string, string> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
};
const article = (type: string): string => NAMES[type] ?? type;

function butIs(found: unknown, expected: string): string {
  const scalar = found === null || typeof found === 'number' || typeof found === 'boolean';
  if (expected === 'string' && scalar) return `, not ${String(found)}: put it in quotes`;
  if (found === null) return ', not empty';
  return `, not ${Array.isArray(found) ? 'a list' : article(typeof found)}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return at;
}
