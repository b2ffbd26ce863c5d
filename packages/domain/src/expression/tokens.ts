import { invalidAt } from './position.ts';

/** Characters of one expression. */
const EXPRESSION_MAX = 4_000;

export interface Token {
  kind: 'word' | 'number' | 'text' | 'sign' | 'end';
  /** The word or sign itself; of a text what it says, its escapes resolved. */
  text: string;
  at: number;
  end: number;
}

const SPACE = /[ \t\r\n]+/y;
const WORD = /[A-Za-z_][A-Za-z0-9_-]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_])/y;
const SIGN = /==|!=|<=|>=|&&|\|\||[<>!|()[\],.]/y;
const CLOSE = '}}';
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' };

/**
 * The words and signs of the expression that starts at `from`. Inside a template it ends before the `}}` that closes it, else with the text. The
 * last token is always the end.
 *
 * @throws {FusionError} `expression_invalid`
 */
export function tokens(text: string, from: number, inTemplate: boolean): Token[] {
  const found: Token[] = [];
  let at = from;
  const matched = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  for (;;) {
    at += matched(SPACE)?.length ?? 0;
    if (at - from > EXPRESSION_MAX)
      throw invalidAt(text, from, `this expression is longer than ${EXPRESSION_MAX} characters`);
    if (inTemplate ? text.startsWith(CLOSE, at) : at >= text.length) {
      found.push({ kind: 'end', text: '', at, end: at });
      return found;
    }
    const token = next();
    found.push(token);
    at = token.end;
  }

  function next(): Token {
    const plain = (kind: Token['kind'], said: string): Token => ({ kind, text: said, at, end: at + said.length });
    const word = matched(WORD);
    if (word !== undefined) return plain('word', word);
    const number = matched(NUMBER);
    if (number !== undefined) return plain('number', number);
    const sign = matched(SIGN);
    if (sign !== undefined) return plain('sign', sign);
    const quote = text[at];
    if (quote === "'" || quote === '"') return quoted(text, at, quote);
    if (at >= text.length) throw invalidAt(text, from, 'this expression is not closed: }} is missing');
    throw invalidAt(text, at, `${JSON.stringify(character(text, at))} has no meaning here${hintAt(text, at)}`);
  }
}

function quoted(text: string, at: number, quote: string): Token {
  let said = '';
  for (let end = at + 1; end < text.length && end - at <= EXPRESSION_MAX; end++) {
    const one = text[end]!;
    if (one === quote) return { kind: 'text', text: said, at, end: end + 1 };
    if (one !== '\\') {
      said += one;
      continue;
    }
    const escaped = ESCAPES[text[++end] ?? ''];
    if (escaped === undefined)
      throw invalidAt(text, end - 1, `after a \\ only n, t, r, \\, ' or " may stand; write \\\\ for a \\ itself`);
    said += escaped;
  }
  throw invalidAt(text, at, `this text is not closed: ${quote} is missing`);
}

const character = (text: string, at: number): string => String.fromCodePoint(text.codePointAt(at) ?? 0);

function hintAt(text: string, at: number): string {
  if (text.startsWith('${{', at)) return ': leave ${{ and }} out, this is an expression already';
  if (text[at] === '=') return ' (did you mean ==?)';
  if (text[at] === '&') return ' (did you mean &&?)';
  return '';
}
