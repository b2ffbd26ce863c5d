/** A line of a Markdown text that is neither in fenced code nor in an HTML comment. */
export interface OpenLine {
  /** Without its line end. */
  text: string;
  /** From 1. */
  number: number;
  /** Of its first character in the whole text. */
  offset: number;
}

/** The box of a task: `- [ ] T001 …`. */
export interface TaskBox {
  id: string;
  done: boolean;
  /** Where the mark stands in the line. */
  markAt: number;
  /** What stands before the id beside the plain form: emphasis, a bracket. */
  before: string;
  /** Where the line goes on after the id. */
  afterId: number;
}

/** Three digits or more; later insertions are called `T010a`, `T010.1` or `T010-1`. */
const ID = 'T\\d{3,9}(?:[A-Za-z]{1,2}\\d{0,3}|(?:\\.\\d{1,4}){1,3}[A-Za-z]?|-\\d{1,3})?(?![A-Za-z0-9_])';
const BOX = new RegExp(`^([ \\t]*[-*+][ \\t]+\\[)([ xX])\\][ \\t]+([*_~\`\\[]{0,6})(${ID})`);
const FENCE = /^[ \t]*(`{3,}|~{3,})([^\n]*)$/;
/** What stands before a box in a line is short; what follows the id is not looked at. */
const HEAD_MAX = 400;

/** The box in a line, read leniently (indented, `*` or `+` for a bullet, a bold id), or undefined when it is not the line of a task. */
export function taskBox(line: string): TaskBox | undefined {
  const found = BOX.exec(line.slice(0, HEAD_MAX));
  if (!found) return undefined;
  const [whole, opening, mark, before, id] = found;
  return { id: id!, done: mark !== ' ', markAt: opening!.length, before: before!, afterId: whole.length };
}

/** The lines of a Markdown text in which tasks can stand, in order. Code and comments that are never closed reach to the end. */
export function* openLines(text: string): Generator<OpenLine> {
  let fence: string | undefined;
  let comment = false;
  let number = 0;
  for (let offset = 0; offset <= text.length;) {
    const end = text.indexOf('\n', offset);
    const next = end === -1 ? text.length + 1 : end + 1;
    const stop = end === -1 ? text.length : end;
    const line = text.slice(offset, text[stop - 1] === '\r' && stop > offset ? stop - 1 : stop);
    number += 1;
    if (comment) {
      const close = line.indexOf('-->');
      comment = close === -1 || endsInComment(line, close + 3);
    } else if (fence !== undefined) {
      if (closes(line, fence)) fence = undefined;
    } else {
      fence = opened(line);
      if (fence === undefined) {
        yield { text: line, number, offset };
        comment = endsInComment(line, 0);
      }
    }
    offset = next;
  }
}

/** What opens fenced code, if the line does: code between backticks in one line does not. */
function opened(line: string): string | undefined {
  const [, fence, info = ''] = FENCE.exec(line.slice(0, HEAD_MAX)) ?? [];
  return fence?.startsWith('`') && info.includes('`') ? undefined : fence;
}

function closes(line: string, fence: string): boolean {
  const bare = line.trim();
  return bare.length >= fence.length && bare.length <= HEAD_MAX && bare === fence[0]!.repeat(bare.length);
}

/** Whether a comment that opens at `from` or later is still open at the line's end. One between backticks is text. */
function endsInComment(line: string, from: number): boolean {
  let ticks = 0;
  for (let at = from, open = line.indexOf('<!--', from); open !== -1; open = line.indexOf('<!--', at)) {
    for (; at < open; at += 1) if (line[at] === '`') ticks += 1;
    if (ticks % 2 === 1) {
      at = open + 4;
      continue;
    }
    const close = line.indexOf('-->', open + 4);
    if (close === -1) return true;
    at = close + 3;
  }
  return false;
}

export interface Ticked {
  text: string;
  /** Ids of which a box was empty and is ticked now. */
  ticked: string[];
  /** Ids that have no box in the text. */
  missing: string[];
}

/**
 * The text with the boxes of these tasks ticked: the one character of each empty mark becomes `x`, everything else stays as it is, byte for
 * byte. Boxes that are ticked already stay; so does everything in fenced code and comments. Pure, linear.
 */
export function tickBoxes(text: string, ids: Iterable<string>): Ticked {
  const wanted = new Set(ids);
  const found = new Set<string>();
  const ticked = new Set<string>();
  const parts: string[] = [];
  let from = 0;
  for (const { text: line, offset } of openLines(text)) {
    const box = taskBox(line);
    if (!box || !wanted.has(box.id)) continue;
    found.add(box.id);
    if (box.done) continue;
    ticked.add(box.id);
    const mark = offset + box.markAt;
    parts.push(text.slice(from, mark), 'x');
    from = mark + 1;
  }
  parts.push(text.slice(from));
  return { text: parts.join(''), ticked: [...ticked], missing: [...wanted].filter((id) => !found.has(id)) };
}

/**
 * The text as a person has it by now, `theirs`, with the boxes of `ids` ticked and those that are ticked in `ours`, the text of the run. Tasks
 * that the person moved, reworded, added or removed stay as the person has them. Pure.
 */
export function mergeTicks({ ours, theirs, ids }: { ours: string; theirs: string; ids: Iterable<string> }): Ticked {
  return tickBoxes(theirs, [...tickedIds(ours), ...ids]);
}

function* tickedIds(text: string): Generator<string> {
  for (const { text: line } of openLines(text)) {
    const box = taskBox(line);
    if (box?.done) yield box.id;
  }
}
