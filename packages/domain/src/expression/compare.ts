import type { Effort } from './effort.ts';
import type { Comparison } from './syntax.ts';
import { isGroup, isList, type Json } from './values.ts';

const NUMBER = /^\s*-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\s*$/;
const NUMBER_LENGTH_MAX = 60;

/** A number, or the one that a text looks like. */
function numberOf(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.length <= NUMBER_LENGTH_MAX && NUMBER.test(value)
    ? Number(value)
    : undefined;
}

/**
 * Whether two values are the same. Outputs are texts, so a text that looks like a number equals that number, and `'true'` equals true; two
 * texts are compared as they are, lists and groups by what they hold.
 */
function same(left: Json, right: Json, effort: Effort): boolean {
  effort.spend(typeof left === 'string' ? left.length + 1 : 1);
  if (left === right) return true;
  if (typeof left === 'number' || typeof right === 'number') {
    const [one, other] = [numberOf(left), numberOf(right)];
    return one !== undefined && one === other;
  }
  if (typeof left === 'boolean') return String(left) === right;
  if (typeof right === 'boolean') return String(right) === left;
  if (isList(left))
    return isList(right) && left.length === right.length && left.every((item, at) => same(item, right[at]!, effort));
  if (!isGroup(left) || !isGroup(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && same(left[key]!, right[key]!, effort))
  );
}

/** Below, at or above zero; undefined when the two have no order: only numbers have one, texts that both look like numbers, and other texts. */
function order(left: Json, right: Json): number | undefined {
  const [one, other] = [numberOf(left), numberOf(right)];
  if (one !== undefined && other !== undefined) return one - other;
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether a list has an entry, a text a part, a group a key. Nothing is in anything else. */
export function has(whole: Json, part: Json, effort: Effort): boolean {
  if (isList(whole)) return whole.some((item) => same(item, part, effort));
  if (typeof part === 'number' || typeof part === 'boolean') return has(whole, String(part), effort);
  if (typeof part !== 'string') return false;
  if (typeof whole === 'string') {
    effort.spendOnSearch(whole, part);
    return whole.includes(part);
  }
  return isGroup(whole) && Object.hasOwn(whole, part);
}

export function compare(left: Json, by: Comparison, right: Json, effort: Effort): boolean {
  if (by === 'in') return has(right, left, effort);
  if (by === 'not in') return !has(right, left, effort);
  if (by === '==' || by === '!=') {
    effort.size(left);
    effort.size(right);
    return same(left, right, effort) === (by === '==');
  }
  effort.spend(typeof left === 'string' ? left.length : 1);
  const ordered = order(left, right);
  if (ordered === undefined) return false;
  if (by === '<') return ordered < 0;
  if (by === '<=') return ordered <= 0;
  return by === '>' ? ordered > 0 : ordered >= 0;
}
