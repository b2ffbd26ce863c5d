import { has } from './compare.ts';
import type { Effort } from './effort.ts';
import { isGroup, isList, type Json, kindOfValue, LIST_MAX, memberOf, TEXT_MAX } from './values.ts';

interface ExpressionFunction {
  /** How many values it takes, the piped one counted in. */
  takes: readonly [least: number, most: number];
  /** How it is written, for people. */
  shape: string;
  /** Whether it is asked when its first value is null too; the others give null for null. */
  asksNull?: true;
  of(given: readonly Json[], effort: Effort): Json;
}

/** Everything an expression can call, by name: `name(x, y)` and `x | name(y)` are the same. */
export const FUNCTIONS = {
  default: {
    takes: [1, 2],
    shape: 'default(value, other)',
    asksNull: true,
    of: ([value = null, other = '']) => (value === null || value === '' ? other : value),
  },
  join: {
    takes: [1, 2],
    shape: "join(list, ', ')",
    of: ([list = null, separator = ', '], effort) =>
      joined(listIn(list, 'join', effort), textIn(separator, 'join', effort), effort),
  },
  split: {
    takes: [2, 2],
    shape: "split(text, ',')",
    of: ([text = null, separator = null], effort) => {
      const [whole, by] = [textIn(text, 'split', effort), textIn(separator, 'split', effort)];
      effort.spendOnSearch(whole, by);
      return whole.split(by, LIST_MAX + 1);
    },
  },
  map: {
    takes: [2, 2],
    shape: "map(list, 'a.b')",
    of: ([list = null, path = null], effort) => {
      const keys = textIn(path, 'map', effort).split('.');
      return listIn(list, 'map', effort).map((item) => {
        effort.spend(keys.length);
        return keys.reduce<Json>(memberOf, item);
      });
    },
  },
  contains: {
    takes: [2, 2],
    shape: 'contains(textOrList, part)',
    of: ([whole = null, part = null], effort) => {
      if (isList(whole)) for (const item of whole) effort.size(item);
      effort.size(part);
      return has(whole, part, effort);
    },
  },
  startsWith: {
    takes: [2, 2],
    shape: 'startsWith(text, start)',
    of: ([text = null, start = null], effort) =>
      textIn(text, 'startsWith', effort).startsWith(textIn(start, 'startsWith', effort)),
  },
  endsWith: {
    takes: [2, 2],
    shape: 'endsWith(text, end)',
    of: ([text = null, end = null], effort) =>
      textIn(text, 'endsWith', effort).endsWith(textIn(end, 'endsWith', effort)),
  },
  length: {
    takes: [1, 1],
    shape: 'length(textOrList)',
    of: ([value = null], effort) => {
      if (isList(value)) return value.length;
      return isGroup(value) ? Object.keys(value).length : textIn(value, 'length', effort).length;
    },
  },
  lower: {
    takes: [1, 1],
    shape: 'lower(text)',
    of: ([text = null], effort) => costly(textIn(text, 'lower', effort), effort).toLowerCase(),
  },
  upper: {
    takes: [1, 1],
    shape: 'upper(text)',
    of: ([text = null], effort) => costly(textIn(text, 'upper', effort), effort).toUpperCase(),
  },
  trim: {
    takes: [1, 1],
    shape: 'trim(text)',
    of: ([text = null], effort) => costly(textIn(text, 'trim', effort), effort).trim(),
  },
  lines: {
    takes: [1, 1],
    shape: 'lines(text)',
    of: ([text = null], effort) =>
      costly(textIn(text, 'lines', effort), effort)
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
  },
  fromJson: {
    takes: [1, 1],
    shape: 'fromJson(text)',
    of: ([text = null], effort) => parsed(textIn(text, 'fromJson', effort), effort),
  },
  toJson: {
    takes: [1, 1],
    shape: 'toJson(value)',
    asksNull: true,
    of: ([value = null], effort) => jsonOf(value, effort),
  },
} as const satisfies Record<string, ExpressionFunction>;

export type FunctionName = keyof typeof FUNCTIONS;
export const isFunctionName = (name: string): name is FunctionName => Object.hasOwn(FUNCTIONS, name);

/** What a function gives for these values. @throws {FusionError} `expression_invalid` */
export function call(name: FunctionName, given: readonly Json[], effort: Effort): Json {
  const found: ExpressionFunction = FUNCTIONS[name];
  if (given[0] === null && found.asksNull === undefined) return null;
  return effort.within(found.of(given, effort));
}

/** A value as JSON text. */
export function jsonOf(value: Json, effort: Effort): string {
  effort.spend(effort.size(value));
  return JSON.stringify(value);
}

function textIn(value: Json, name: string, effort: Effort): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw effort.refuse(`${name} needs a text, not ${kindOfValue(value)}`);
}

function listIn(value: Json, name: string, effort: Effort): readonly Json[] {
  if (isList(value)) return value;
  throw effort.refuse(`${name} needs a list, not ${kindOfValue(value)}`);
}

/** A text that is gone through from end to end. */
function costly(text: string, effort: Effort): string {
  effort.spend(text.length);
  return text;
}

function joined(list: readonly Json[], separator: string, effort: Effort): string {
  const texts = list.map((item) => {
    if (item === null) return '';
    return typeof item === 'object' ? jsonOf(item, effort) : String(item);
  });
  const length = texts.reduce((sum, text) => sum + text.length + separator.length, 0);
  if (length > TEXT_MAX + separator.length)
    throw effort.refuse(`this makes a text of more than ${TEXT_MAX} characters`);
  return costly(texts.join(separator), effort);
}

function parsed(text: string, effort: Effort): Json {
  let value: Json;
  try {
    value = JSON.parse(costly(text, effort)) as Json;
  } catch (error) {
    throw effort.refuse(`fromJson was given what is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
  effort.size(value);
  return value;
}
