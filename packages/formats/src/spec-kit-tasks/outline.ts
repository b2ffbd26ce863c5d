import { type OpenLine, openLines } from '@fusion-kit/domain/task-boxes';
import { nearlyTask, readTaskLine, type TaskLine } from './task-line.ts';

export interface Heading {
  level: number;
  title: string;
  line: number;
  /** The prose under it, up to its first task or the next heading. */
  prose: string;
}

/** A task where it stands: under which headings, outermost first, with the lines that belong to it. */
export interface OutlinedTask extends TaskLine {
  line: number;
  indent: number;
  under: readonly Heading[];
  /** What stands below its line and belongs to it. */
  more: string;
  /** Ids of boxes below it that are parts of it. */
  parts: string[];
  /** Read from a line that has no box to tick. */
  unboxed?: boolean;
}

export interface Outline {
  title: string | undefined;
  tasks: OutlinedTask[];
  placeholders: number;
  /** Lines that look like tasks and are none. */
  nearly: { id: string; reason: string; line: number }[];
  /** Lines outside of tasks, for what is said about stories. */
  prose: { text: string; line: number }[];
}

/** Texts below a task or a heading are kept up to here. */
const MORE_MAX = 4_000;
const PROSE_MAX = 1_500;
const TITLE_MAX = 300;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.{0,300})/;
/** What begins something of its own at the left edge. */
const BLOCK = /^(?:[-*+>|#=]|\d{1,9}[.)][ \t]|\*\*|__|---)/;

/** The tasks of a list under their headings. Reads every line once. */
export function outline(text: string): Outline {
  const found: Outline = { title: undefined, tasks: [], placeholders: 0, nearly: [], prose: [] };
  let under: readonly Heading[] = [];
  let task: OutlinedTask | undefined;
  let afterBlank = false;
  const front = frontMatterEnd(text);
  for (const line of openLines(text)) {
    if (line.number <= front) continue;
    if (blank(line.text)) {
      afterBlank = true;
      continue;
    }
    const heading = headingOf(line);
    if (heading) {
      under = [...under.filter(({ level }) => level < heading.level), heading];
      found.title ??= heading.level === 1 ? heading.title : undefined;
      task = undefined;
    } else {
      const read = readTaskLine(line.text);
      if (read === 'placeholder') {
        found.placeholders += 1;
        task = undefined;
      } else if (read && task && isPart(read, line.text, task)) {
        task.parts.push(read.id);
        append(task, line.text);
      } else if (read) {
        task = { ...read, line: line.number, indent: indentOf(line.text), under, more: '', parts: [] };
        found.tasks.push(task);
      } else if (task && continues(line.text, task, afterBlank)) append(task, line.text);
      else {
        task = undefined;
        const nearly = nearlyTask(line.text);
        if (nearly) found.nearly.push({ ...nearly, line: line.number });
        noteProse(found, line, under);
      }
    }
    afterBlank = false;
  }
  return found;
}

const blank = (line: string): boolean => line.length < 200 && line.trim() === '';
export const indentOf = (line: string): number => /^[ \t]{0,60}/.exec(line)![0].replaceAll('\t', '    ').length;

/** The line at which front matter ends, or 0. */
function frontMatterEnd(text: string): number {
  const head = text
    .slice(0, 10_000)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  if (head[0]?.trim() !== '---') return 0;
  return head.findIndex((line, at) => at > 0 && line.trim() === '---') + 1;
}

export function headingOf({ text, number }: OpenLine): Heading | undefined {
  const found = HEADING.exec(number === 1 ? text.replace(/^\uFEFF/, '') : text);
  if (!found) return undefined;
  const title = found[2]!
    .replaceAll(/[*_`#]{1,3}(?=\s|$)|(?<=^|\s)[*_`]{1,3}/g, '')
    .trim()
    .slice(0, TITLE_MAX);
  return { level: found[1]!.length, title, line: number, prose: '' };
}

/** Deeper boxes that are called after the task they stand under, `T010.1` under `T010`, are parts of it. */
const isPart = (read: TaskLine, line: string, task: OutlinedTask): boolean =>
  indentOf(line) > task.indent && read.id.startsWith(`${task.id}.`);

const continues = (line: string, task: OutlinedTask, afterBlank: boolean): boolean =>
  indentOf(line) > task.indent || (!afterBlank && !BLOCK.test(line.trimStart()));

export function append(task: OutlinedTask, line: string): void {
  if (task.more.length < MORE_MAX) task.more += `${line.slice(0, MORE_MAX).trimEnd()}\n`;
}

function noteProse(found: Outline, line: OpenLine, under: readonly Heading[]): void {
  const text = line.text.slice(0, PROSE_MAX);
  const heading = under.at(-1);
  const hasTasks = found.tasks.at(-1)?.under.at(-1) === heading;
  if (heading && !hasTasks && heading.prose.length < PROSE_MAX && !/^\s*-{3,}\s*$/.test(text))
    heading.prose += `${text.trimEnd()}\n`;
  if (text.toLowerCase().includes('depend')) found.prose.push({ text, line: line.number });
}
