import { taskBox } from '@fusion-kit/domain/task-boxes';

/** One task as its line gives it. */
export interface TaskLine {
  id: string;
  done: boolean;
  /** Whether it says `[P]`. */
  parallel: boolean;
  /** `US1`, from `[US1]`. */
  story?: string | undefined;
  text: string;
  /** In what it is not as the grammar wants it; a line without any is read in strict mode too. */
  oddities: string[];
}

/** Longer lines are cut here; the file is named in the prompt. */
const LINE_MAX = 8_000;
const PLACEHOLDER = /^[ \t]*[-*+][ \t]+\[[ xX]\][ \t]+[*_`]{0,3}TXXX\b/;
/** A bullet with a box of any kind, then something like an id. */
const NEARLY =
  /^[ \t]{0,40}([-*+]|\d{1,4}[.)])[ \t]{0,8}\[([^\]\n]{0,2})\][ \t]{0,8}(?:\[[^\]\n]{1,20}\][ \t]{0,4}){0,3}[*_`[]{0,4}([Tt]\d{1,9}[A-Za-z]?)(?![A-Za-z0-9_])/;
const LABEL = /^[`*]{0,3}\[([^[\]\n]{1,40})\](?!\()[`*]{0,3}/;
const STORY = /^(?:US|User Story|Story)[ -]?(\d{1,4})(?!\d)/i;
/** What closes the emphasis around an id, and what divides it from the text. */
const CLOSING = /^[ \t]*(?:[*_`~]{1,3}|\])?/;
const DIVIDER = /^[ \t]*(?:[:.)·|]|--?|[–—])?[ \t]*/;

/** A task's line, `placeholder` for one of the untouched template, or undefined. Linear in the length of the line. */
export function readTaskLine(whole: string): TaskLine | 'placeholder' | undefined {
  const line = whole.slice(0, LINE_MAX);
  if (PLACEHOLDER.test(line)) return 'placeholder';
  const box = taskBox(line);
  if (!box) return undefined;
  const { id, done, before, afterId } = box;
  const oddities: string[] = [];
  const plainHead = line.slice(0, afterId) === `- [${line[box.markAt]}] ${id}`;
  if (!line.startsWith('-')) oddities.push(/^[ \t]/.test(line) ? 'it is indented' : `its bullet is ${line[0]}`);
  else if (!plainHead) oddities.push(before === '' ? 'its blanks are not single' : `its id stands in ${before}`);
  if (/[A-Za-z.-]/.test(id.slice(1))) oddities.push(`its id ${id} is not T and digits`);
  const { labels, text } = afterLabels(line.slice(afterId), before, oddities);
  if (text === '') oddities.push('it says nothing but its id');
  if (whole.length > LINE_MAX) oddities.push(`only its first ${LINE_MAX} characters are read`);
  return { id, done, ...labels, text, oddities };
}

function afterLabels(after: string, before: string, oddities: string[]) {
  const closing = before === '' ? '' : CLOSING.exec(after)![0];
  const divider = DIVIDER.exec(after.slice(closing.length))![0];
  const separator = `${closing}${divider}`;
  if (/[^ \t]/.test(separator) && before === '') oddities.push(`its id is followed by ${separator.trim()}`);
  else if (separator !== ' ' && after !== '' && before === '') oddities.push('its blanks are not single');
  let rest = after.slice(separator.length);
  let [parallel, story, kept]: [boolean, string | undefined, string] = [false, undefined, ''];
  // emphasis that was opened before the id closes there, after a label or somewhere in the text
  let isOpen = before.includes('**') && !closing.includes('**');
  for (let found = LABEL.exec(rest); found; found = LABEL.exec(rest)) {
    const label = found[1]!.trim();
    const next = rest.slice(found[0].length);
    const known = partsOf(label);
    if (known === undefined) kept += `${found[0]} `;
    else {
      if (found[0] !== `[${label}]` || known.odd) oddities.push(`its label ${found[0]} is not written as [P] or [US1]`);
      if (known.parallel && story !== undefined) oddities.push('[P] comes after the story');
      if (next !== '' && !/^[ \t]/.test(next)) oddities.push('its labels stand without a blank');
      parallel ||= known.parallel;
      story ??= known.story;
    }
    if (found[0].endsWith('**')) isOpen = false;
    rest = next.replace(/^[ \t]*[:–—]?[ \t]*/, '');
  }
  let text = `${kept}${rest}`.trim();
  if (isOpen) text = text.replace('**', '');
  return { labels: { parallel, story }, text: text.replace(/^\s*[:–—-]\s*(?=\S)/, '').trim() };
}

/** What a label says: `P`, `US1`, `P, US1`, the template's `Story`; undefined for any other word. */
function partsOf(label: string): { parallel: boolean; story: string | undefined; odd: boolean } | undefined {
  const parts = label.split(/[ ]*[,/+&][ ]*/, 5);
  const stories = parts.flatMap((part) => STORY.exec(part)?.[1] ?? []);
  const parallel = parts.some((part) => /^(?:p\??|parallel)$/i.test(part));
  const literal = /^story\??$/i.test(label);
  if (!parallel && stories.length === 0 && !literal) return undefined;
  const story = stories[0] === undefined ? undefined : `US${Number(stories[0])}`;
  return { parallel, story, odd: literal || (label !== 'P' && label !== story) };
}

/** Why a line with a box and something like a task's id is no task, or undefined when it never wanted to be one. */
export function nearlyTask(line: string): { id: string; reason: string } | undefined {
  const found = NEARLY.exec(line.slice(0, LINE_MAX));
  if (!found) return undefined;
  const [, bullet, mark, id] = found;
  const told = (reason: string) => ({ id: id!, reason });
  if (!/^[ xX]$/.test(mark!)) return told(`its mark is [${mark}]`);
  if (!/^[-*+]/.test(bullet!)) return told('its bullet is a number');
  return told(/^T\d{3}/.test(id!) ? 'its id does not come first' : 'an id is T and at least three digits');
}
