import { Effort } from './effort.ts';
import { evaluateSyntax } from './evaluate.ts';
import { jsonOf } from './functions.ts';
import { parseExpression } from './parse.ts';
import { invalidAt, positionCounter } from './position.ts';
import { type Reference, referencesIn } from './references.ts';
import type { Syntax } from './syntax.ts';
import { TEXT_MAX, type Values } from './values.ts';

const OPEN = '${{';
const CLOSE = '}}';

/** An expression with its braces reaches from `open` to `end`. */
type Part = { kind: 'text'; text: string } | { kind: 'expression'; syntax: Syntax; open: number; end: number };

/**
 * A text cut at its expressions `${{ … }}`; `$${{` stands for a literal `${{`.
 *
 * @throws {FusionError} `expression_invalid`, with `details` of type `TextPosition`
 */
export function parseTemplate(text: string): Part[] {
  const parts: Part[] = [];
  let literal = '';
  let at = 0;
  for (let open = text.indexOf(OPEN); open !== -1; open = text.indexOf(OPEN, at)) {
    if (open > at && text[open - 1] === '$') {
      literal += text.slice(at, open - 1) + OPEN;
      at = open + OPEN.length;
      continue;
    }
    if (!text.includes(CLOSE, open)) throw invalidAt(text, open, 'this expression is not closed: }} is missing');
    literal += text.slice(at, open);
    if (literal !== '') parts.push({ kind: 'text', text: literal });
    literal = '';
    const { syntax, end } = parseExpression(text, open + OPEN.length, true);
    at = end + CLOSE.length;
    parts.push({ kind: 'expression', syntax, open, end: at });
  }
  literal += text.slice(at);
  if (literal !== '') parts.push({ kind: 'text', text: literal });
  return parts;
}

/**
 * What the expressions in a text speak of, in order.
 *
 * @throws {FusionError} `expression_invalid`
 */
export function references(text: string): Reference[] {
  const positionOf = positionCounter(text);
  return parseTemplate(text).flatMap((part) => (part.kind === 'text' ? [] : referencesIn(part.syntax, positionOf)));
}

/**
 * The text with every expression replaced by its value. Values are put in as they are and never read as templates themselves; lists and groups
 * are put in as JSON.
 *
 * @throws {FusionError} `expression_invalid`, also when an expression has no value
 */
export const fill = (text: string, values: Values): string => fillWith(text, values, (value) => value);

/** As `fill`, with every value written by `render` first: `shellQuote` for commands. @throws {FusionError} `expression_invalid` */
export function fillWith(text: string, values: Values, render: (value: string) => string): string {
  const effort = new Effort(text);
  let filled = '';
  for (const part of parseTemplate(text)) {
    filled += part.kind === 'text' ? part.text : render(textOf(part, text, values, effort));
    if (filled.length > TEXT_MAX) throw invalidAt(text, 0, `filled in, this is more than ${TEXT_MAX} characters`);
  }
  return filled;
}

function textOf(
  { syntax, open, end }: Part & { kind: 'expression' },
  text: string,
  values: Values,
  effort: Effort,
): string {
  const value = evaluateSyntax(syntax, values, effort);
  if (value === null)
    throw invalidAt(
      text,
      open,
      `${missing(syntax) ?? `${text.slice(open, Math.min(end, open + 80))} has no value`}; give it one with default(…, 'text')`,
    );
  return typeof value === 'object' ? jsonOf(value, effort) : String(value);
}

function missing(syntax: Syntax): string | undefined {
  if (syntax.kind !== 'named') return undefined;
  const { named } = syntax;
  if (named.kind === 'input') return `input ${named.name} has no value`;
  if (named.kind === 'output') return `node ${named.node} gave no output ${named.name}`;
  if (named.kind === 'state') return `node ${named.node} has not ended`;
  return undefined;
}
