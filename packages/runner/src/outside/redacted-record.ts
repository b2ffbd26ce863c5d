import { parsedJson } from '@fusion-kit/domain/parsed-json';
import type { Redactor } from './redactor.ts';

/** One text of a streamed answer: one of many that together say something. */
interface Piece {
  line: number;
  text: string;
  readonly put: (text: string) => void;
}

const EVENT = /^(data: ?)(\{.*\})(\r?)$/;

/**
 * The record of a request or an answer without the secrets of its dispatch. A streamed answer says a value a few characters at a time, each in an event of its own: what the events
 * say at the same place is read together, so that the record is still one that can be played again. Pure.
 */
export function redactedRecord(record: string, redactor: Redactor): string {
  const lines = redactor.text(record).split('\n');
  const places = new Map<string, Piece[]>();
  const events = new Map<number, unknown>();
  for (const [at, line] of lines.entries()) {
    const event = parsedJson(EVENT.exec(line)?.[2] ?? '');
    if (event === undefined) continue;
    events.set(at, event);
    for (const { path, text, put } of textsIn(event, '')) {
      const pieces = places.get(path) ?? [];
      pieces.push({ line: at, text, put });
      places.set(path, pieces);
    }
  }
  const changed = new Set<number>();
  for (const pieces of places.values()) for (const line of blank(pieces, redactor)) changed.add(line);
  for (const at of changed)
    lines[at] = (lines[at] ?? '').replace(EVENT, (_line, head: string, _event, end: string) =>
      [head, JSON.stringify(events.get(at)), end].join(''),
    );
  return lines.join('\n');
}

/** Takes what is secret out of the pieces, the sign for it into the one that it began in; gives the lines that are others now. */
function* blank(pieces: readonly Piece[], redactor: Redactor): Generator<number> {
  const spans = redactor.spans(pieces.map(({ text }) => text).join(''));
  if (spans.length === 0) return;
  let from = 0;
  for (const { line, text, put } of pieces) {
    const to = from + text.length;
    const within = spans.filter(([start, end]) => start < to && end > from);
    if (within.length > 0) {
      let left = '';
      let at = from;
      for (const [start, end] of within) {
        left += text.slice(at - from, Math.max(start - from, 0)) + (start >= from ? redactor.hidden : '');
        at = Math.min(end, to);
      }
      put(left + text.slice(at - from));
      yield line;
    }
    from = to;
  }
}

/** Every text in data, by its place, and how another is put there. */
function* textsIn(
  data: unknown,
  path: string,
): Generator<{ path: string; text: string; readonly put: (text: string) => void }> {
  if (typeof data !== 'object' || data === null) return;
  const parts = data as Record<string, unknown>;
  for (const [name, part] of Object.entries(parts)) {
    const at = `${path}.${name}`;
    if (typeof part === 'string') yield { path: at, text: part, put: (text) => void (parts[name] = text) };
    else yield* textsIn(part, at);
  }
}
