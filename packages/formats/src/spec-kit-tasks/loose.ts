import { openLines } from '@fusion-kit/domain/task-boxes';
import { append, type Heading, headingOf, indentOf, type OutlinedTask } from './outline.ts';

/** `### T001: …`, `## Task 3 - …`, `### TASK-001-002：…`, `### 1.2 [ ] …` with what may stand before. */
const HEADING_TASK =
  /^[^\p{L}\p{N}[]{0,6}(?:\[([ xX])\][ ]*)?((?:T|TASK|Task)[- ]?\d{1,4}(?:[.-]\d{1,4}){0,3}[a-z]?)(?![\p{L}\p{N}])(.*)$/u;
const BOX = /^[ \t]{0,60}(?:[-*+]|\d{1,4}[.)])[ \t]+\[([ xX])\][ \t]+(.{1,4000})/;
const BULLET =
  /^[ \t]{0,60}(?:(?:[-*+]|\d{1,4}[.)])[ \t]+)?[*_`]{0,3}(T\d{1,4}[a-z]?)[*_`]{0,3}(?:[:. ]|[ \t]*[–—-][ \t])(.{1,4000})/;
/** What a box calls its task, when it does: `T01`, `TASK-12`, `1.2`. */
const OWN_ID =
  /^[*_`~[]{0,4}(T\d{1,4}[a-z]?|[A-Z]{1,6}-\d{1,4}(?:[.-]\d{1,4}){0,3}|\d{1,3}(?:\.\d{1,3}){1,3})(?![\p{L}\p{N}])[*_`~\]:.]{0,4}[ \t]*(.*)$/u;
const CHECKLIST = /^[*_`]{0,3}CHK\d/;

type Reader = (line: string, heading: Heading | undefined) => { id?: string; done: boolean; text: string } | undefined;

/** Ways in which lists without a task of the right form name their tasks, the surest first. */
const READERS: readonly Reader[] = [
  (_, heading) => {
    const [, mark, id, text] = HEADING_TASK.exec(heading?.title ?? '') ?? [];
    if (id === undefined) return undefined;
    return { id, done: /x/i.test(mark ?? '') || /✅|\[[xX]\]/.test(text!), text: text!.replace(/^[\s:：.–—-]+/, '') };
  },
  (line) => {
    const [, mark, text = ''] = BOX.exec(line) ?? [];
    if (mark === undefined || CHECKLIST.test(text)) return undefined;
    const [, id, rest] = OWN_ID.exec(text) ?? [];
    return { ...(id !== undefined && { id }), done: mark !== ' ', text: rest ?? text };
  },
  (line) => {
    const [, id, text] = BULLET.exec(line) ?? [];
    return id === undefined ? undefined : { id, done: false, text: text!.trim() };
  },
];

/** The tasks of a list in which no line is one as the grammar has it: under headings, with boxes, as bullets. None of them has a box that can be ticked. */
export function looseTasks(text: string): OutlinedTask[] {
  for (const reader of READERS) {
    const found = readWith(reader, text);
    if (found.length > 0) return found;
  }
  return [];
}

function readWith(reader: Reader, text: string): OutlinedTask[] {
  const tasks: OutlinedTask[] = [];
  let under: readonly Heading[] = [];
  let task: OutlinedTask | undefined;
  for (const line of openLines(text)) {
    if (line.text.trim() === '') continue;
    const heading = headingOf(line);
    const found = reader(line.text, heading);
    const indent = indentOf(line.text);
    if (found && (heading || !task || indent <= task.indent)) {
      const id = found.id?.replaceAll(' ', '-') ?? `task-${tasks.length + 1}`;
      const above = under.filter(({ level }) => heading === undefined || level < heading.level);
      task = {
        id,
        done: found.done,
        text: found.text,
        line: line.number,
        under: above,
        indent,
        parallel: /\[P\]/.test(found.text),
        more: '',
        parts: [],
        oddities: [],
        unboxed: true,
      };
      tasks.push(task);
      // what stands under the heading of a task belongs to it
      if (heading) task.indent = -1;
    } else if (heading) {
      if (task?.indent !== -1 || heading.level <= (under.at(-1)?.level ?? 0) + 1) task = undefined;
      under = [...under.filter(({ level }) => level < heading.level), heading];
    } else if (task && indent > task.indent) append(task, line.text);
    else task = undefined;
  }
  return tasks;
}
