import { FusionError } from '../errors.ts';
import { parseTemplate } from './template.ts';

/**
 * A text as one word of a POSIX shell, whatever it holds.
 *
 * @throws {FusionError} `expression_invalid` for a NUL character, which no word can hold
 */
export function shellQuote(text: string): string {
  if (text.includes('\0'))
    throw new FusionError('expression_invalid', 'a value for a shell command holds a NUL character');
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

type Context = 'plain' | "'" | '"' | '`' | 'comment' | 'here-document';
const REASONS: Record<Exclude<Context, 'plain'>, string> = {
  "'": 'this expression stands inside quotes',
  '"': 'this expression stands inside quotes',
  '`': 'this expression stands inside backquotes',
  comment: 'this expression stands in a comment, which its value may end',
  'here-document': 'this expression stands after a <<, in a text that the shell expands',
};

/**
 * The expressions of a shell script at whose places a quoted word would not be one word: inside quotes its own quotes would end them, and what
 * it holds could be executed. Errs on the safe side: all that follows a `<<` counts as its text.
 *
 * @throws {FusionError} `expression_invalid` when the script cannot be read as a template
 */
export function unsafePlaces(script: string): { offset: number; why: string }[] {
  const found: { offset: number; why: string }[] = [];
  let state: State = { context: 'plain', at: 0 };
  for (const part of parseTemplate(script)) {
    if (part.kind === 'text') continue;
    const { open: offset, end } = part;
    state = scanned(script, state, offset);
    if (state.context !== 'plain') found.push({ offset, why: REASONS[state.context] });
    else if (state.at > offset) found.push({ offset, why: 'this expression stands after a \\' });
    state = { ...state, at: end };
  }
  return found;
}

interface State {
  context: Context;
  at: number;
}

/** What the shell is in the middle of when it has read that far; `at` is beyond `to` when a backslash stands before that. */
function scanned(script: string, { context, at }: State, to: number): State {
  while (at < to && context !== 'here-document') {
    const one = script[at]!;
    if (one === '\\' && context !== "'" && context !== 'comment') at++;
    else if (context === 'comment') context = one === '\n' ? 'plain' : 'comment';
    else if (context !== 'plain') context = one === context ? 'plain' : context;
    else if (one === "'" || one === '"' || one === '`') context = one;
    else if (one === '#' && /^$|[\s;&|()]/.test(script[at - 1] ?? '')) context = 'comment';
    else if (script.startsWith('<<<', at)) at += 2;
    else if (script.startsWith('<<', at)) context = 'here-document';
    at++;
  }
  return { context, at };
}
