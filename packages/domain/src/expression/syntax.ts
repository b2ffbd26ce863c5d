import type { FunctionName } from './functions.ts';
import type { Json } from './values.ts';

/** What an expression names outside itself. */
export type Named =
  | { kind: 'input'; name: string }
  | { kind: 'output'; node: string; name: string }
  | { kind: 'state'; node: string }
  | { kind: 'run'; name: 'id' | 'branch' }
  /** `item`, `index`, `iteration`: what the scope around gives. */
  | { kind: 'name'; name: string };

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

/** An expression as a tree. `at` is where each part stands in its text, in characters from 0. */
export type Syntax = { at: number } & (
  | { kind: 'literal'; value: Json }
  | { kind: 'list'; items: Syntax[] }
  | { kind: 'named'; named: Named }
  | { kind: 'member'; of: Syntax; keys: Syntax[] }
  | { kind: 'call'; name: FunctionName; given: Syntax[] }
  | { kind: 'compare'; by: Comparison; left: Syntax; right: Syntax }
  | { kind: 'not'; of: Syntax }
  | { kind: 'every' | 'some'; of: Syntax[] }
);
