import { didYouMean } from '../nearest.ts';
import { FUNCTIONS, isFunctionName } from './functions.ts';
import { invalidAt } from './position.ts';
import type { Comparison, Named, Syntax } from './syntax.ts';
import { type Token, tokens } from './tokens.ts';

/** How deep parentheses, lists, calls and filters may lie in one another. */
const NESTING_MAX = 50;
const ROOTS = ['inputs', 'nodes', 'run', 'item', 'index', 'iteration'];
const OPERATOR_WORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in']);
const CONSTANTS: Readonly<Record<string, true | false | null>> = { true: true, false: false, null: null };
const ORDERINGS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

/**
 * An expression as a tree, and where it ends in its text. From loose to tight: `or`/`||`, `and`/`&&`, `not`, comparisons, `| filter`, `!`, members.
 * Nothing in it can be executed but the functions of the one table.
 *
 * @param from where it starts in the text
 * @param inTemplate whether a `}}` ends it, or the end of the text
 * @throws {FusionError} `expression_invalid` with the place in `text`
 */
export function parseExpression(text: string, from = 0, inTemplate = false): { syntax: Syntax; end: number } {
  return new Parser(text, tokens(text, from, inTemplate)).whole();
}

class Parser {
  private readonly text: string;
  private readonly tokens: readonly Token[];
  private position = 0;
  private nesting = 0;

  constructor(text: string, found: readonly Token[]) {
    this.text = text;
    this.tokens = found;
  }

  whole(): { syntax: Syntax; end: number } {
    if (this.isEnd()) throw this.refuse('this expression is empty');
    const syntax = this.some();
    if (!this.isEnd()) throw this.refuse(`${this.shown()} cannot follow here`);
    return { syntax, end: this.next.at };
  }

  private some(): Syntax {
    return this.chain('some', ['or', '||'], () => this.every());
  }

  private every(): Syntax {
    return this.chain('every', ['and', '&&'], () => this.not());
  }

  private chain(kind: 'some' | 'every', signs: readonly string[], part: () => Syntax): Syntax {
    const first = part();
    const of = [first];
    while (this.accept(...signs)) of.push(part());
    return of.length === 1 ? first : { kind, of, at: first.at };
  }

  private not(): Syntax {
    const { at } = this.next;
    if (!this.accept('not')) return this.comparison();
    return { kind: 'not', of: this.within(() => this.not()), at };
  }

  private comparison(): Syntax {
    const left = this.piped();
    const by = this.comparisonSign();
    if (by === undefined) return left;
    const right = this.piped();
    if (this.isSign(...ORDERINGS, 'in', 'not')) throw this.refuse('comparisons cannot be chained: join them with and');
    return { kind: 'compare', by, left, right, at: left.at };
  }

  private comparisonSign(): Comparison | undefined {
    if (this.accept('in')) return 'in';
    if (this.isSign('not')) {
      this.position++;
      if (!this.accept('in')) throw this.refuse('after this not, in is missing');
      return 'not in';
    }
    return this.isSign(...ORDERINGS) ? (this.take().text as Comparison) : undefined;
  }

  private piped(): Syntax {
    let value = this.unary();
    for (let filters = 1; this.accept('|'); filters++) {
      if (filters > NESTING_MAX) throw this.refuse(`more than ${NESTING_MAX} filters in a row`);
      const { at } = this.next;
      const name = this.word('the name of a filter');
      const given = this.accept('(') ? this.listUntil(')') : [];
      value = this.called(name, at, [value, ...given]);
    }
    return value;
  }

  private unary(): Syntax {
    const { at } = this.next;
    if (!this.accept('!')) return this.member();
    return { kind: 'not', of: this.within(() => this.unary()), at };
  }

  private member(): Syntax {
    const of = this.primary();
    const keys: Syntax[] = [];
    while (this.isSign('.', '[')) {
      if (of.kind === 'named' && of.named.kind !== 'name')
        throw this.refuse('this is a text and has no parts: read it with fromJson(…) first');
      keys.push(this.key());
    }
    return keys.length === 0 ? of : { kind: 'member', of, keys, at: of.at };
  }

  /** What stands after a dot or in brackets. */
  private key(): Syntax {
    if (this.accept('.')) {
      const { at } = this.next;
      return { kind: 'literal', value: this.word('a name'), at };
    }
    this.expect('[');
    const key = this.within(() => this.some());
    this.expect(']');
    return key;
  }

  private primary(): Syntax {
    const { kind, text, at } = this.next;
    if (kind === 'number' || kind === 'text') {
      this.position++;
      return { kind: 'literal', value: kind === 'number' ? Number(text) : text, at };
    }
    if (this.accept('(')) {
      const inner = this.within(() => this.some());
      this.expect(')');
      return inner;
    }
    if (this.accept('[')) return { kind: 'list', items: this.listUntil(']'), at };
    if (kind !== 'word' || OPERATOR_WORDS.has(text)) throw this.refuse(`a value is missing before ${this.shown()}`);
    this.position++;
    if (Object.hasOwn(CONSTANTS, text)) return { kind: 'literal', value: CONSTANTS[text]!, at };
    if (this.accept('(')) return this.called(text, at, this.listUntil(')'));
    return { kind: 'named', named: this.named(text, at), at };
  }

  private named(root: string, at: number): Named {
    const part = (what: string): { name: string; at: number } => {
      const key = this.isSign('.', '[') ? this.key() : undefined;
      if (key?.kind === 'literal' && typeof key.value === 'string') return { name: key.value, at: key.at };
      throw invalidAt(this.text, key?.at ?? this.next.at, `after ${root}, ${what} is missing`);
    };
    const oneOf = <Name extends string>(owner: string, allowed: readonly Name[]): Name => {
      const { name, at: place } = part(allowed.join(' or '));
      const found = allowed.find((one) => one === name);
      if (found !== undefined) return found;
      throw invalidAt(
        this.text,
        place,
        `${owner} has ${allowed.join(' and ')}, not ${name}${didYouMean(name, allowed)}`,
      );
    };
    switch (root) {
      case 'inputs':
        return { kind: 'input', name: part('the name of an input, as in inputs.NAME,').name };
      case 'nodes': {
        const { name: node } = part('the id of a node, as in nodes.ID.outputs.NAME,');
        if (oneOf('a node', ['outputs', 'state']) === 'state') return { kind: 'state', node };
        return { kind: 'output', node, name: part('the name of an output').name };
      }
      case 'run':
        return { kind: 'run', name: oneOf('a run', ['id', 'branch']) };
      case 'item':
      case 'index':
      case 'iteration':
        return { kind: 'name', name: root };
      default:
        throw invalidAt(
          this.text,
          at,
          `${root} is nothing to speak of here: there are inputs.NAME, nodes.ID.outputs.NAME, nodes.ID.state, run.id, run.branch, item, index and iteration${didYouMean(root, ROOTS)}`,
        );
    }
  }

  private called(name: string, at: number, given: Syntax[]): Syntax {
    const names = Object.keys(FUNCTIONS);
    if (!isFunctionName(name))
      throw invalidAt(
        this.text,
        at,
        `there is no function ${name}${didYouMean(name, names) || `: there are ${names.join(', ')}`}`,
      );
    const { takes, shape } = FUNCTIONS[name];
    if (given.length < takes[0] || given.length > takes[1])
      throw invalidAt(this.text, at, `${name} is used as ${shape}`);
    return { kind: 'call', name, given, at };
  }

  private listUntil(close: ')' | ']'): Syntax[] {
    const items: Syntax[] = [];
    while (!this.accept(close)) {
      if (items.length > 0) this.expect(',');
      items.push(this.within(() => this.some()));
    }
    return items;
  }

  private within(part: () => Syntax): Syntax {
    if (this.nesting >= NESTING_MAX) throw this.refuse(`this is nested more than ${NESTING_MAX} deep`);
    this.nesting++;
    const found = part();
    this.nesting--;
    return found;
  }

  private get next(): Token {
    return this.tokens[Math.min(this.position, this.tokens.length - 1)]!;
  }

  private isEnd(): boolean {
    return this.next.kind === 'end';
  }

  private take(): Token {
    return this.tokens[this.position++]!;
  }

  private isSign(...signs: string[]): boolean {
    const { kind, text } = this.next;
    return (kind === 'sign' || (kind === 'word' && OPERATOR_WORDS.has(text))) && signs.includes(text);
  }

  private accept(...signs: string[]): boolean {
    if (!this.isSign(...signs)) return false;
    this.position++;
    return true;
  }

  private expect(sign: string): void {
    if (!this.accept(sign)) throw this.refuse(`${sign} is missing before ${this.shown()}`);
  }

  private word(what: string): string {
    if (this.next.kind !== 'word') throw this.refuse(`${what} is missing before ${this.shown()}`);
    return this.take().text;
  }

  private shown(): string {
    const { kind, at, end } = this.next;
    return kind === 'end' ? 'the end' : this.text.slice(at, Math.min(end, at + 40));
  }

  private refuse(message: string) {
    return invalidAt(this.text, this.next.at, message);
  }
}
