import * as z from 'zod';
import { bounded } from '../model-loop/tool-host/bounded-text.ts';
import { type CallContent, type CallUpdate, wordsOf } from './session-update.ts';

const NAME_MAX = 100;
const INPUT_MAX = 20_000;
/** Lines of a diff that are shown around what has changed. */
const AROUND = 2;

/** How Codex tells of a tool of an MCP server, and of what that returned. */
const ServedTool = z.looseObject({ server: z.string().min(1), tool: z.string().min(1) });
const ServedResult = z.looseObject({
  result: z.looseObject({ content: z.array(z.looseObject({ type: z.string() })).min(1) }),
});

/** What a call is called: programs say it in a field of its own, in their notes, or only in words for a person. Pure. */
export function toolOf({ name, _meta, kind, title, rawInput }: Partial<CallUpdate>): string {
  const served = ServedTool.safeParse(rawInput).data;
  const said =
    name ??
    _meta?.claudeCode?.toolName ??
    (served && `mcp__${served.server}__${served.tool}`) ??
    (kind && kind !== 'other' ? kind : /^[\w.-]+/.exec(title ?? '')?.[0]);
  return (said?.trim() || 'tool').slice(0, NAME_MAX);
}

/** What a call was given, as JSON; what it is called for a person where a program does not tell more. Pure. */
export function inputOf({ rawInput, title }: Partial<CallUpdate>): string {
  if (rawInput !== undefined && !isEmpty(rawInput)) return bounded(jsonOf(rawInput), INPUT_MAX);
  return title ? JSON.stringify({ title: bounded(title, INPUT_MAX) }) : '{}';
}

/** What a call came to: its words and diffs, else what it returned as it is. Pure. */
export function outputOf({ content, rawOutput }: Partial<CallUpdate>): string {
  const shown = (content ?? []).map(contentText).filter((text) => text !== '');
  if (shown.length > 0) return bounded(shown.join('\n'));
  if (rawOutput === undefined || rawOutput === null) return '';
  const served = ServedResult.safeParse(rawOutput).data;
  if (served) return bounded(served.result.content.map(wordsOf).join('\n'));
  return bounded(typeof rawOutput === 'string' ? rawOutput : jsonOf(rawOutput));
}

/** What a command has printed since the last update. Pure. */
export const printedIn = ({ _meta: meta }: Partial<CallUpdate>): string | undefined =>
  (meta?.terminal_output_delta ?? meta?.terminal_output)?.data;

export const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && Object.keys(value).length === 0);

const jsonOf = (value: unknown): string => JSON.stringify(value) ?? String(value);

function contentText(content: CallContent): string {
  if (content.type === 'diff' && 'newText' in content) return diffText(content as Diff);
  if (content.type === 'content' && 'content' in content) return wordsOf(content.content as { type: string });
  return '';
}

interface Diff {
  path: string;
  oldText?: string | null;
  newText: string;
}

/** A change of a file as lines that went and lines that came, without what is the same before and behind them. Pure. */
export function diffText({ path, oldText, newText }: Diff): string {
  const [before, after] = [linesOf(oldText ?? ''), linesOf(newText)];
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < Math.min(before.length, after.length) - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return [
    `${oldText == null ? 'new file' : 'changed'} ${path} at line ${head + 1}`,
    ...before.slice(Math.max(0, head - AROUND), head).map((line) => ` ${line}`),
    ...before.slice(head, before.length - tail).map((line) => `-${line}`),
    ...after.slice(head, after.length - tail).map((line) => `+${line}`),
    ...after.slice(after.length - tail, after.length - tail + AROUND).map((line) => ` ${line}`),
  ].join('\n');
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
