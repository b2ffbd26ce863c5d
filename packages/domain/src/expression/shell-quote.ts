import { FusionError } from '../errors.ts';

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
