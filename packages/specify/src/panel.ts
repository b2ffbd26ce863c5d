import { stripVTControlCharacters } from 'node:util';
import type { World } from './world.ts';

const CONTROL = /\p{Cc}/gu;

/** A name, a path or an answer from elsewhere, safe to print: what a terminal would obey is shown instead. */
export const plain = (text: string): string =>
  text.replace(CONTROL, (character) => `\\x${character.codePointAt(0)!.toString(16).padStart(2, '0')}`);

/** Breaks a line at blanks so that it fits; a word that is too long stays whole, so that it can be copied. */
export function wrap(line: string, columns: number): string[] {
  const indent = /^ */.exec(line)![0];
  const lines: string[] = [];
  let current = indent;
  for (const word of line.slice(indent.length).split(' ')) {
    const joined = current.trim() === '' ? current + word : `${current} ${word}`;
    if (stripVTControlCharacters(joined).length > columns && current.trim() !== '') {
      lines.push(current);
      current = indent + word;
    } else current = joined;
  }
  return [...lines, current];
}

/** A block with a title and a bar at its left; nothing at its right, so that what is in it can be copied. */
export function panel(
  world: World,
  title: string,
  lines: readonly string[],
  colour: 'cyan' | 'red' | 'yellow',
): string {
  const tint = world.paint[colour];
  const width = Math.min(world.columns, 100);
  const head = `${tint('╭─')} ${world.paint.bold(tint(title))}`;
  const body = lines.flatMap((line) => wrap(line, width - 2)).map((line) => `${tint('│')} ${line}`.trimEnd());
  return ['', head, ...body, tint(`╰${'─'.repeat(width - 1)}`), ''].join('\n');
}
