import { parseExpression } from './parse.ts';
import { positionCounter, type TextPosition } from './position.ts';
import type { Named, Syntax } from './syntax.ts';

/** Something outside an expression that it speaks of, and where. */
export type Reference = Named & TextPosition;

/**
 * What an expression without its `${{ }}` speaks of, in the order it stands there.
 *
 * @throws {FusionError} `expression_invalid`
 */
export const expressionReferences = (expression: string): Reference[] =>
  referencesIn(parseExpression(expression).syntax, positionCounter(expression));

/** What a tree speaks of, with positions from a counter of its text. */
export function referencesIn(syntax: Syntax, positionOf: (offset: number) => TextPosition): Reference[] {
  const found: { named: Named; at: number }[] = [];
  collect(syntax, found);
  return found
    .toSorted((left, right) => left.at - right.at)
    .map(({ named, at }): Reference => ({ ...named, ...positionOf(at) }));
}

function collect(syntax: Syntax, found: { named: Named; at: number }[]): void {
  if (syntax.kind === 'named') found.push(syntax);
  for (const part of partsOf(syntax)) collect(part, found);
}

function partsOf(syntax: Syntax): readonly Syntax[] {
  switch (syntax.kind) {
    case 'literal':
    case 'named':
      return [];
    case 'list':
      return syntax.items;
    case 'member':
      return [syntax.of, ...syntax.keys];
    case 'call':
      return syntax.given;
    case 'compare':
      return [syntax.left, syntax.right];
    case 'not':
      return [syntax.of];
    case 'every':
    case 'some':
      return syntax.of;
  }
}
