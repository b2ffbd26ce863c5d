import type { Expression } from './expression.ts';

/** What a path of a Spec Kit expression is in our words, and whether it is a choice of a gate with names of its own. */
export interface Translated {
  text: string;
  /** The options of a gate by the words of the file: what the path is compared with has to be put in ours. */
  choices?: ReadonlyMap<string, string> | undefined;
}
export type Resolve = (parts: readonly (string | number)[]) => Translated;

/** Filters by name, with what they are called here and how many values they take beside the piped one. */
const FILTERS: Readonly<Record<string, { name: string; given: readonly [least: number, most: number] }>> = {
  default: { name: 'default', given: [0, 1] },
  join: { name: 'join', given: [0, 1] },
  map: { name: 'map', given: [1, 1] },
  contains: { name: 'contains', given: [1, 1] },
  from_json: { name: 'fromJson', given: [0, 0] },
};

/**
 * A Spec Kit expression in our language, safe to be put into a larger one.
 *
 * @throws {SyntaxError} for a filter that does not exist
 */
export function translate(expression: Expression, resolve: Resolve): string {
  const text = (part: Expression): string => translate(part, resolve);
  switch (expression.kind) {
    case 'literal':
      return literal(expression.value);
    case 'list':
      return `[${expression.items.map(text).join(', ')}]`;
    case 'path':
      return resolve(expression.parts).text;
    case 'filter':
      return filter(expression.name, text(expression.of), expression.given.map(text));
    case 'compare': {
      const choices = choicesIn([expression.left, expression.right], resolve);
      const [left, right] = [expression.left, expression.right].map((part) => text(renamed(part, choices)));
      return `(${left} ${expression.by} ${right})`;
    }
    case 'not':
      return `(not ${text(expression.of)})`;
    case 'and':
    case 'or':
      return `(${expression.of.map(text).join(` ${expression.kind} `)})`;
  }
}

/** A value as our language writes it. */
export const literal = (value: string | number | boolean | null): string =>
  typeof value === 'string' ? quoted(value) : String(value);

const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}'`;

function filter(name: string, of: string, given: readonly string[]): string {
  const known = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (!known) throw new SyntaxError(`there is no filter ${name}: there are ${Object.keys(FILTERS).join(', ')}`);
  const [least, most] = known.given;
  if (given.length < least || given.length > most)
    throw new SyntaxError(`the filter ${name} is given ${given.length} values`);
  return `${known.name}(${[of, ...given].join(', ')})`;
}

/** The options of the gate that one of the parts is the choice of. */
export function choicesIn(parts: readonly Expression[], resolve: Resolve): ReadonlyMap<string, string> | undefined {
  for (const part of parts) {
    const choices = part.kind === 'path' ? resolve(part.parts).choices : undefined;
    if (choices) return choices;
  }
  return undefined;
}

function renamed(part: Expression, choices: ReadonlyMap<string, string> | undefined): Expression {
  if (!choices) return part;
  if (part.kind === 'list') return { kind: 'list', items: part.items.map((item) => renamed(item, choices)) };
  if (part.kind !== 'literal' || typeof part.value !== 'string') return part;
  return { kind: 'literal', value: choices.get(part.value) ?? part.value };
}
