import { stripVTControlCharacters } from 'node:util';
import type { Paint } from '../terminal.ts';
import { cut, filled, widthOf } from './plain.ts';

const GAP = 2;
/** Rows that the server lists at once. */
export const LIST_MAX = 500;

export interface TableText {
  head: readonly string[];
  rows: readonly (readonly string[])[];
  /** Said in place of a table without rows. */
  empty: string;
  /** Whether the list goes on after these rows. */
  more?: boolean;
}

/** Columns aligned by spaces. Where the width is known the widest columns but the first give way, so that no line wraps. Pure. */
export function tableText(
  { head, rows, empty, more = false }: TableText,
  paint: Paint,
  columns: number | undefined,
): string {
  if (rows.length === 0) return `${paint.dim(empty)}\n`;
  const widths = widthsWithin(naturalWidths([head, ...rows]), columns);
  const fit = (cell: string, at: number): string => {
    const bare = stripVTControlCharacters(cell);
    // A cell that has to be cut loses its colour; cutting inside an escape sequence would colour the rest of the screen.
    return widthOf(bare) <= widths[at]! ? cell : cut(bare, widths[at]!);
  };
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => filled(fit(cell, at), widths[at]!))
      .join(' '.repeat(GAP))
      .trimEnd();
  const lines = [line(head.map((cell) => paint.dim(cell.toUpperCase()))), ...rows.map(line)];
  if (more) lines.push(paint.dim(`these are ${rows.length}, and there are more: --limit shows up to ${LIST_MAX}`));
  return `${lines.join('\n')}\n`;
}

function naturalWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) {
      widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
    }
  }
  return widths;
}

const NARROWEST = 8;

/** The first column is what a person copies to name a row: it is never cut. */
function widthsWithin(natural: readonly number[], columns: number | undefined): number[] {
  const [first = 0, ...others] = natural;
  if (columns === undefined) return [...natural];
  let excess = natural.reduce((sum, width) => sum + width + GAP, 0) - GAP - columns;
  while (excess > 0) {
    const widest = Math.max(...others);
    if (widest <= NARROWEST) break;
    others[others.indexOf(widest)] = widest - 1;
    excess--;
  }
  return [first, ...others];
}

/** Names and values, one pair a line, values aligned; pairs with an empty value are left out. Pure. */
export function fieldsText(fields: readonly (readonly [name: string, value: string])[], paint: Paint): string {
  const shown = fields.filter(([, value]) => value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${paint.dim(name.padEnd(width))}  ${value}\n`).join('');
}
