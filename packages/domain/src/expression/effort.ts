import type { FusionError } from '../errors.ts';
import { invalidAt } from './position.ts';
import { isGroup, isList, type Json, LIST_MAX, TEXT_MAX } from './values.ts';

/** Characters and values that one evaluation may look at before it is refused: some ten looks through the longest text. */
const EFFORT_MAX = 12_000_000;
/** How deep lists and groups of JSON may lie in one another. */
const DEPTH_MAX = 100;
const SEARCHED_MAX = 10_000;

/** Counts what an evaluation costs, so that no expression takes more than bounded time and memory, and knows where it has come to. */
export class Effort {
  /** The part that is worked out at present, in characters of the text. */
  at = 0;
  private readonly text: string;
  private left = EFFORT_MAX;

  constructor(text: string) {
    this.text = text;
  }

  /** The error that names the present place. */
  refuse(message: string): FusionError {
    return invalidAt(this.text, this.at, message);
  }

  spend(amount: number): void {
    this.left -= amount;
    if (this.left < 0) throw this.refuse('this takes too long to work out');
  }

  /** Looking for a part in a text. Long parts can be looked for over and over at every place, so they are refused. */
  spendOnSearch(text: string, part: string): void {
    if (part.length > SEARCHED_MAX && part.length <= text.length)
      throw this.refuse(`this looks for a text of more than ${SEARCHED_MAX} characters`);
    this.spend(text.length);
  }

  /** The value, when it is within bounds; what lies in lists and groups counts when it is looked at. */
  within<Value extends Json>(value: Value): Value {
    this.spend(1);
    if (typeof value === 'string' && value.length > TEXT_MAX)
      throw this.refuse(`this makes a text of more than ${TEXT_MAX} characters`);
    if (isList(value) && value.length > LIST_MAX)
      throw this.refuse(`this makes a list of more than ${LIST_MAX} entries`);
    return value;
  }

  /** Characters that the value takes as JSON, at least. Looks at all of it, so what passes here may be walked without fear. */
  size(value: Json, depth = 0): number {
    if (depth > DEPTH_MAX) throw this.refuse(`these are values nested more than ${DEPTH_MAX} deep`);
    let total = 1;
    if (typeof value === 'string') total += value.length + 1;
    else if (isList(value)) for (const item of value) total += this.size(item, depth + 1);
    else if (isGroup(value))
      for (const [key, item] of Object.entries(value)) total += key.length + 3 + this.size(item, depth + 1);
    this.spend(1);
    if (total > TEXT_MAX) throw this.refuse(`this is a value of more than ${TEXT_MAX} characters`);
    return total;
  }
}
