import { FusionError } from './errors.ts';

/** Where an expression starts in its text: `offset` in characters from 0, `line` and `column` from 1. */
export interface TextPosition {
  offset: number;
  line: number;
  column: number;
}

export type Reference =
  | ({ kind: 'input'; name: string } & TextPosition)
  | ({ kind: 'output'; node: string; name: string } & TextPosition);
export type Part = { kind: 'text'; text: string } | Reference;

/** What a template is filled with. `outputs` are by node id, then by output name. */
export interface TemplateValues {
  inputs: Readonly<Record<string, string>>;
  outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const OPEN = '${{';
const CLOSE = '}}';
const INPUT = /^inputs\.([A-Za-z_][A-Za-z0-9_-]*)$/;
const OUTPUT = /^nodes\.([A-Za-z_][A-Za-z0-9_-]*)\.outputs\.([A-Za-z_][A-Za-z0-9_]*)$/;

/**
 * A text cut at its expressions `${{ inputs.NAME }}` and `${{ nodes.ID.outputs.NAME }}`; `$${{` stands for a literal `${{`. There is
 * nothing else in the language: nothing is ever executed.
 *
 * @throws {FusionError} `expression_invalid`, with `details` of type `TextPosition`
 */
export function parseTemplate(text: string): Part[] {
  const parts: Part[] = [];
  let literal = '';
  let at = 0;
  const lines = lineCounter(text);
  for (let open = text.indexOf(OPEN); open !== -1; open = text.indexOf(OPEN, at)) {
    if (open > at && text[open - 1] === '$') {
      literal += text.slice(at, open - 1) + OPEN;
      at = open + OPEN.length;
      continue;
    }
    const position = lines(open);
    const close = text.indexOf(CLOSE, open);
    if (close === -1) throw invalid('this expression is not closed: }} is missing', position);
    literal += text.slice(at, open);
    if (literal !== '') parts.push({ kind: 'text', text: literal });
    parts.push(reference(text.slice(open + OPEN.length, close).trim(), position));
    literal = '';
    at = close + CLOSE.length;
  }
  literal += text.slice(at);
  if (literal !== '') parts.push({ kind: 'text', text: literal });
  return parts;
}

/**
 * What the text refers to, in order.
 *
 * @throws {FusionError} `expression_invalid`
 */
export const references = (text: string): Reference[] => parseTemplate(text).filter((part) => part.kind !== 'text');

/**
 * The text with every expression replaced by its value. Values are put in as they are and never read as templates themselves.
 *
 * @throws {FusionError} `expression_invalid` when a value is missing
 */
export function fill(text: string, values: TemplateValues): string {
  const valueOf = (part: Part): string => {
    if (part.kind === 'text') return part.text;
    const from = part.kind === 'input' ? values.inputs : own(values.outputs, part.node);
    const value = from && own(from, part.name);
    if (value !== undefined) return value;
    const missing =
      part.kind === 'input' ? `input ${part.name} has no value` : `node ${part.node} gave no output ${part.name}`;
    throw invalid(missing, part);
  };
  return parseTemplate(text).map(valueOf).join('');
}

function reference(expression: string, position: TextPosition): Reference {
  const input = INPUT.exec(expression);
  if (input) return { kind: 'input', name: input[1]!, ...position };
  const output = OUTPUT.exec(expression);
  if (output) return { kind: 'output', node: output[1]!, name: output[2]!, ...position };
  throw invalid(
    `${OPEN} ${expression.slice(0, 80)} ${CLOSE} is neither inputs.NAME nor nodes.ID.outputs.NAME`,
    position,
  );
}

/** Own keys only: `inputs.constructor` is not a value. */
const own = <Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

const invalid = (message: string, { offset, line, column }: TextPosition) =>
  new FusionError('expression_invalid', `line ${line}, column ${column}: ${message}`, {
    details: { offset, line, column },
  });

/** Positions of rising offsets, without counting the lines from the start each time. */
function lineCounter(text: string): (offset: number) => TextPosition {
  let line = 1;
  let lineStart = 0;
  return (offset) => {
    for (let end = text.indexOf('\n', lineStart); end !== -1 && end < offset; end = text.indexOf('\n', lineStart)) {
      line++;
      lineStart = end + 1;
    }
    return { offset, line, column: offset - lineStart + 1 };
  };
}
