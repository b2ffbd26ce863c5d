/** An expression of a Spec Kit workflow as a tree. */
export type Expression =
  | { kind: 'literal'; value: string | number | boolean | null }
  | { kind: 'list'; items: Expression[] }
  /** `steps.plan.output.items[0]` */
  | { kind: 'path'; parts: (string | number)[] }
  | { kind: 'filter'; name: string; of: Expression; given: Expression[] }
  | { kind: 'compare'; by: string; left: Expression; right: Expression }
  | { kind: 'not'; of: Expression }
  | { kind: 'and' | 'or'; of: Expression[] };

const LENGTH_MAX = 2_000;
const NESTING_MAX = 20;
const TOKEN =
  /\s*(?:(?<number>-?\d+(?:\.\d+)?(?![\w-]))|(?<word>[A-Za-z_][\w-]*)|(?<text>'[^']*'|"[^"]*")|(?<sign>==|!=|>=|<=|[<>|()[\],.]))/y;

interface Token {
  kind: 'number' | 'word' | 'text' | 'sign' | 'end';
  text: string;
}

/** Reads what stands between `{{` and `}}`. @throws {SyntaxError} with a message for people */
export function readExpression(text: string): Expression {
  if (text.length > LENGTH_MAX) throw new SyntaxError(`this expression is longer than ${LENGTH_MAX} characters`);
  const reader = new Reader(tokensOf(text));
  const found = reader.or();
  reader.end();
  return found;
}

function tokensOf(text: string): Token[] {
  const found: Token[] = [];
  const whole = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < whole.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(whole);
    if (!match?.groups)
      throw new SyntaxError(`cannot read the expression from "${whole.slice(at).trim().slice(0, 40)}" on`);
    for (const kind of ['number', 'word', 'text', 'sign'] as const) {
      const said = match.groups[kind];
      if (said !== undefined) found.push({ kind, text: kind === 'text' ? said.slice(1, -1) : said });
    }
  }
  return found;
}

const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  null: null,
  none: null,
  None: null,
};
const COMPARISONS = ['==', '!=', '>=', '<=', '>', '<'];

class Reader {
  private at = 0;
  private nesting = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  or(): Expression {
    return this.chain('or', () => this.chain('and', () => this.not()));
  }

  end(): void {
    if (this.next.kind !== 'end') throw new SyntaxError(`${this.next.text} cannot follow here`);
  }

  private chain(kind: 'and' | 'or', part: () => Expression): Expression {
    const first = part();
    const of = [first];
    while (this.accept(kind)) of.push(part());
    return of.length === 1 ? first : { kind, of };
  }

  private not(): Expression {
    if (!this.accept('not')) return this.comparison();
    return { kind: 'not', of: this.within(() => this.not()) };
  }

  private comparison(): Expression {
    const left = this.piped();
    const sign = COMPARISONS.find((one) => this.accept(one)) ?? this.membership();
    return sign === undefined ? left : { kind: 'compare', by: sign, left, right: this.piped() };
  }

  private membership(): string | undefined {
    if (this.accept('in')) return 'in';
    if (this.next.text !== 'not' || this.tokens[this.at + 1]?.text !== 'in') return undefined;
    this.at += 2;
    return 'not in';
  }

  private piped(): Expression {
    let of = this.primary();
    while (this.accept('|')) {
      const name = this.word('the name of a filter');
      of = { kind: 'filter', name, of, given: this.accept('(') ? this.list(')') : [] };
    }
    return of;
  }

  private primary(): Expression {
    const { kind, text } = this.next;
    if (kind === 'sign' && this.accept('(')) {
      const inner = this.within(() => this.or());
      this.expect(')');
      return inner;
    }
    if (kind === 'sign' && this.accept('[')) return { kind: 'list', items: this.list(']') };
    if (kind === 'sign' || kind === 'end') throw new SyntaxError(`a value is missing before ${text || 'the end'}`);
    this.at += 1;
    if (kind === 'number') return { kind: 'literal', value: Number(text) };
    if (kind === 'text') return { kind: 'literal', value: text };
    if (Object.hasOwn(CONSTANTS, text)) return { kind: 'literal', value: CONSTANTS[text]! };
    return { kind: 'path', parts: [text, ...this.parts()] };
  }

  private parts(): (string | number)[] {
    const found: (string | number)[] = [];
    for (;;) {
      if (this.accept('.')) found.push(this.word('a name'));
      else if (this.accept('[')) {
        const { kind, text } = this.next;
        if (kind !== 'number' && kind !== 'text') throw new SyntaxError('in brackets stands a number or a text');
        this.at += 1;
        found.push(kind === 'number' ? Number(text) : text);
        this.expect(']');
      } else return found;
    }
  }

  private list(close: string): Expression[] {
    const items: Expression[] = [];
    while (!this.accept(close)) {
      if (items.length > 0) this.expect(',');
      items.push(this.within(() => this.or()));
    }
    return items;
  }

  private within(part: () => Expression): Expression {
    if (this.nesting >= NESTING_MAX) throw new SyntaxError(`this is nested more than ${NESTING_MAX} deep`);
    this.nesting += 1;
    const found = part();
    this.nesting -= 1;
    return found;
  }

  private get next(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: '' };
  }

  private accept(sign: string): boolean {
    const { kind, text } = this.next;
    if (text !== sign || (kind !== 'sign' && kind !== 'word')) return false;
    this.at += 1;
    return true;
  }

  private expect(sign: string): void {
    if (!this.accept(sign)) throw new SyntaxError(`${sign} is missing before ${this.next.text || 'the end'}`);
  }

  private word(what: string): string {
    const { kind, text } = this.next;
    if (kind !== 'word' && kind !== 'number') throw new SyntaxError(`${what} is missing`);
    this.at += 1;
    return text;
  }
}
