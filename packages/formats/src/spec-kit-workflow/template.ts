/** A text cut at its blocks `{{ … }}`. */
export type Piece = { kind: 'text'; text: string } | { kind: 'block'; text: string };

/** A block that is never closed is text. Linear. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf('{{', at);
    const close = open === -1 ? -1 : text.indexOf('}}', open + 2);
    if (close === -1) break;
    if (open > at) pieces.push({ kind: 'text', text: text.slice(at, open) });
    pieces.push({ kind: 'block', text: text.slice(open + 2, close) });
    at = close + 2;
  }
  if (at < text.length) pieces.push({ kind: 'text', text: text.slice(at) });
  return pieces;
}

/** The text with its blocks as ours; what has no value is nothing, as in Spec Kit. */
export function templateOf(text: string, translated: (block: string) => string): string {
  let template = '';
  for (const piece of piecesOf(text)) {
    if (piece.kind === 'text') template += plain(piece.text);
    else template = `${undollared(template, "${{ '$' }}")}\${{ default(${translated(piece.text)}, '') }}`;
  }
  return template;
}

/** Text that holds nothing our templates would take for theirs. */
const plain = (text: string): string => text.replaceAll('${{', () => '$${{');
/** A `$` right before an opening would turn it into text. */
const undollared = (text: string, instead: string): string =>
  text.endsWith('$') ? `${text.slice(0, -1)}${instead}` : text;

/**
 * A shell command with its blocks as values that the shell never reads as code: outside of quotes as one quoted word each, inside of quotes by variables
 * of the environment.
 */
export function shellOf(
  text: string,
  translated: (block: string) => string,
): { run: string; env: Record<string, string> } {
  const env: Record<string, string> = {};
  let run = '';
  let quote = '';
  for (const piece of piecesOf(text)) {
    if (piece.kind === 'text') {
      quote = quoteAfter(piece.text, quote);
      run += plain(piece.text);
      continue;
    }
    const value = `\${{ default(${translated(piece.text)}, '') }}`;
    if (quote === '') {
      run = `${undollared(run, "'$'")}${value}`;
      continue;
    }
    const name = `SPECKIT_VALUE_${Object.keys(env).length + 1}`;
    env[name] = value;
    run += quote === '"' ? `\${${name}}` : `'"\${${name}}"'`;
  }
  return { run, env };
}

/** The quote that is open at the end of a piece of shell text. */
function quoteAfter(text: string, before: string): string {
  let quote = before;
  for (let at = 0; at < text.length; at += 1) {
    const one = text[at]!;
    if (one === '\\' && quote !== "'") at += 1;
    else if (quote === '') quote = one === '"' || one === "'" ? one : '';
    else if (one === quote) quote = '';
  }
  return quote;
}
