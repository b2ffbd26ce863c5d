import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

/** Text of others on one line, without anything that could command the terminal it is shown on. Pure. */
export const plain = (text: string): string =>
  stripVTControlCharacters(text)
    .replaceAll(/\s+/g, ' ')
    // oxlint-disable-next-line no-control-regex -- control characters are exactly what must not pass
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();

/** Columns that a text takes on a terminal: wide letters take two, escape sequences none. */
export const widthOf = (text: string): number => stringWidth(text);

const letters = new Intl.Segmenter();

/** At most `columns` wide, ending in an ellipsis when something was cut. Pure. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let room = columns - 1;
  for (const { segment } of letters.segment(text)) {
    room -= widthOf(segment);
    if (room < 0) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Filled up with spaces to `columns`. Pure. */
export const filled = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)));

/** Characters of a failure that are told beside others. */
const SHORT_MAX = 400;

/** The beginning of a longer text, and how much of it is left out; `whole` says where it stands whole. Pure. */
export const shortly = (text: string, whole: string): string =>
  text.length <= SHORT_MAX * 1.25
    ? text
    : `${text.slice(0, SHORT_MAX)}… (${text.length - SHORT_MAX} more characters: ${whole})`;
