/** No longer than the shortest value that is taken away, so that nothing grows by it. */
const HIDDEN = '[secret]';
/** Values must be this long: what is shorter stands by chance in many texts. */
export const SECRET_MIN = 8;
export const SECRET_MAX = 16_000;

export interface Redactor {
  /** What stands where a value was. */
  readonly hidden: string;
  /** Where in a text the values are, from and to, in their order and apart from each other. */
  readonly spans: (text: string) => [from: number, to: number][];
  /** The text without the values. */
  readonly text: (text: string) => string;
  /** Plain data with every text in it without the values; whatever else it holds is as it was. */
  readonly data: <Data>(data: Data) => Data;
  /** For text that comes in pieces: what is held back of one, since it may be the beginning of a value, comes with a later one. */
  readonly stream: () => RedactedStream;
}

export interface RedactedStream {
  readonly add: (piece: string) => string;
  /** What was held back. */
  readonly end: () => string;
}

/** Takes the values of secrets out of what is told, also as JSON, URLs and basic authentication write them. Pure. */
export function redactor(values: readonly string[]): Redactor {
  const hidden = [...new Set(values.flatMap(formsOf))].filter((form) => form.length >= SECRET_MIN);
  // The longest first: one value may be the beginning of another.
  hidden.sort((one, other) => other.length - one.length);
  const text = (whole: string): string => hidden.reduce((rest, form) => rest.replaceAll(form, HIDDEN), whole);
  const data = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(data);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [text(name), data(part)]));
  };
  const stream = (): RedactedStream => {
    let held = '';
    return {
      add(piece) {
        const whole = held + piece;
        const from = heldFrom(whole, hidden);
        held = whole.slice(from);
        return text(whole.slice(0, from));
      },
      end() {
        const rest = text(held);
        held = '';
        return rest;
      },
    };
  };
  return {
    hidden: HIDDEN,
    spans: (whole) => spansOf(whole, hidden),
    text,
    data: (hidden.length === 0 ? (value) => value : data) as Redactor['data'],
    stream,
  };
}

function spansOf(text: string, forms: readonly string[]): [number, number][] {
  const found: [number, number][] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length)) {
      const end = at + form.length;
      if (!found.some(([from, to]) => from < end && to > at)) found.push([at, end]);
    }
  }
  return found.toSorted(([one], [other]) => one - other);
}

/** Where to cut so that the end, which may be the beginning of a value, is kept back, and no whole value is cut through; the length of the text where nothing is. */
function heldFrom(text: string, forms: readonly string[]): number {
  const longest = forms[0]?.length ?? 0;
  for (let at = Math.max(0, text.length - longest + 1); at < text.length; at += 1) {
    const end = text.slice(at);
    if (forms.some((form) => form.startsWith(end))) return beforeWhole(text, forms, at);
  }
  return text.length;
}

/** The place itself, or where the value begins that lies across it. */
function beforeWhole(text: string, forms: readonly string[], at: number): number {
  for (const form of forms) {
    const start = text.lastIndexOf(form, at - 1);
    if (start !== -1 && start < at && start + form.length > at) return beforeWhole(text, forms, start);
  }
  return at;
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Whole, its longer lines alone, and each as it stands in other texts. */
function formsOf(value: string): string[] {
  const lines = value.includes('\n') ? value.split(/\r?\n/).map((line) => line.trim()) : [];
  return [value, ...lines].flatMap((one) => [
    one,
    inJson(one),
    inJson(inJson(one)), // arguments of a tool are JSON inside of JSON
    encodeURIComponent(one),
    Buffer.from(one).toString('base64').replace(/=+$/, ''),
  ]);
}
