import { compare } from './compare.ts';
import { Effort } from './effort.ts';
import { call } from './functions.ts';
import { parseExpression } from './parse.ts';
import type { Named, Syntax } from './syntax.ts';
import { type Json, memberOf, type Values } from './values.ts';

/**
 * The value of an expression without its `${{ }}`. Nothing is executed: it can only look at `values` and call the functions of one table, in
 * bounded time and memory. What has no value is null.
 *
 * @throws {FusionError} `expression_invalid`, with `details` of type `TextPosition`
 */
export const evaluate = (expression: string, values: Values): Json =>
  evaluateSyntax(parseExpression(expression).syntax, values, new Effort(expression));

/**
 * Whether a value counts as true in a condition: false, null, 0, '' and 'false' do not, everything else does. Outputs are texts, so a command
 * that prints `false` is understood.
 */
export const isTrue = (value: Json): boolean =>
  value !== false && value !== null && value !== 0 && value !== '' && value !== 'false';

/** The value of a tree, which `effort` pays for. `or` and `and` give one of their sides, as they are. */
export function evaluateSyntax(syntax: Syntax, values: Values, effort: Effort): Json {
  const of = (part: Syntax): Json => evaluateSyntax(part, values, effort);
  const here = (): Effort => Object.assign(effort, { at: syntax.at });
  switch (syntax.kind) {
    case 'literal':
      return syntax.value;
    case 'list': {
      const items = syntax.items.map(of);
      return here().within(items);
    }
    case 'named':
      return here().within(valueOf(syntax.named, values));
    case 'member': {
      const whole = of(syntax.of);
      return syntax.keys.reduce<Json>((value, key) => memberOf(value, of(key)), whole);
    }
    case 'call': {
      const given = syntax.given.map(of);
      return call(syntax.name, given, here());
    }
    case 'compare': {
      const [left, right] = [of(syntax.left), of(syntax.right)];
      return compare(left, syntax.by, right, here());
    }
    case 'not':
      return !isTrue(of(syntax.of));
    case 'every':
    case 'some': {
      let value: Json = null;
      for (const part of syntax.of) {
        value = of(part);
        if (isTrue(value) === (syntax.kind === 'some')) return value;
      }
      return value;
    }
  }
}

function valueOf(named: Named, { inputs, outputs, states = {}, names = {}, run }: Values): Json {
  switch (named.kind) {
    case 'input':
      return memberOf(inputs, named.name);
    case 'output':
      return memberOf(memberOf(outputs, named.node), named.name);
    case 'state':
      return memberOf(states, named.node);
    case 'name':
      return memberOf(names, named.name);
    case 'run':
      return run?.[named.name] ?? null;
  }
}
