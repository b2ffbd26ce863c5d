import type { World } from './world.ts';

const LETTERS = [
  [' █████', '██    ', ' ████ ', '    ██', '    ██', '█████ '],
  ['█████ ', '██  ██', '██  ██', '█████ ', '██    ', '██    '],
  ['██████', '██    ', '█████ ', '██    ', '██    ', '██████'],
  [' █████', '██    ', '██    ', '██    ', '██    ', ' █████'],
  ['██', '██', '██', '██', '██', '██'],
  ['██████', '██    ', '█████ ', '██    ', '██    ', '██    '],
  ['██  ██', '██  ██', ' ████ ', '  ██  ', '  ██  ', '  ██  '],
] as const;
const TINTS = ['blueBright', 'blue', 'cyan', 'cyanBright', 'white', 'whiteBright'] as const;

export const TAGLINE = 'Say what to build and why; the code follows.';

const centred = (line: string, columns: number) => ' '.repeat(Math.max(0, (columns - line.length) >> 1)) + line;

/** The name in block letters, or as a word where they do not fit. */
export function banner({ columns, paint }: Pick<World, 'columns' | 'paint'>): string {
  const rows = TINTS.map((_tint, row) => LETTERS.map((letter) => letter[row]).join('  '));
  const fits = rows.every((row) => row.length <= columns);
  const name = fits ? rows.map((row, at) => paint[TINTS[at]!](centred(row, columns))) : [paint.cyan('SPECIFY')];
  return ['', ...name, '', paint.yellow(fits ? centred(TAGLINE, columns) : TAGLINE), '', ''].join('\n');
}
