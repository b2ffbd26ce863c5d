/** What expressions are about: texts, and what JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What an expression may speak of where it stands. Inputs and outputs are texts; what has no value is null. */
export interface Values {
  inputs: Readonly<Record<string, string>>;
  /** By node id, then by output name. */
  outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** How nodes ended, by node id. */
  states?: Readonly<Record<string, string>> | undefined;
  /** `item`, `index` and `iteration`, where there are such. */
  names?: Readonly<Record<string, Json>> | undefined;
  run?: { id: string; branch?: string | undefined } | undefined;
}

/** Longest text that an expression may make or look through, in characters. */
export const TEXT_MAX = 1_000_000;
/** Most entries of a list that an expression may make. */
export const LIST_MAX = 10_000;

export const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
export const isGroup = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands under a key or at a position (from 0); null when nothing does. Own properties only: `constructor` is nothing. */
export function memberOf(value: Json, key: Json): Json {
  if (isList(value)) return typeof key === 'number' && Number.isInteger(key) ? (value[key] ?? null) : null;
  if (isGroup(value)) return typeof key === 'string' && Object.hasOwn(value, key) ? (value[key] ?? null) : null;
  return null;
}

/** The kind of a value in words, for messages. */
export function kindOfValue(value: Json): string {
  if (value === null) return 'nothing';
  if (isList(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'a text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'a group of values';
  }
}
