import type { Claims } from './claims.ts';
import { type Feature, planExcerpt, storyExcerpt } from './feature.ts';
import type { OutlinedTask } from './outline.ts';
import type { Phase } from './phases.ts';

const TEXT_MAX = 3_000;
const SHORT_TEXT_MAX = 400;
const PROMPT_MAX = 8_500;
const PHASE_MAX = 700;
/** Larger lists name the documents and do not repeat them in every task. */
const EXCERPTS_FOR_MAX = 1_000;

/** Writes the prompts of a list: what to do, what it is part of, where to read more. What is too much is left out, the excerpts first. */
export function promptWriter(
  feature: Feature,
  count: number,
): (task: OutlinedTask, phase: Phase, claims: Claims) => string {
  const excerpts = count <= EXCERPTS_FOR_MAX;
  const plan = excerpts ? planExcerpt(feature) : '';
  const stories = new Map<string, string>();
  const storyText = (story: string | undefined): string => {
    if (story === undefined || !excerpts) return '';
    const known = stories.get(story) ?? storyExcerpt(feature, story);
    stories.set(story, known);
    return known;
  };
  return (task, phase, claims) => {
    const story = task.story ?? phase.story;
    const head = [
      `This is one task of ${feature.file} (line ${task.line}), in the phase "${phase.title}".`,
      phase.prose.slice(0, PHASE_MAX),
      documents(feature),
      claims.files.length > 0 ? `It is about: ${claims.files.join(', ')}` : '',
      `Others work on the other tasks of the list: do what this one asks for and no more. Leave the boxes of ${feature.file} alone; they are ticked for you when the phase has been checked.`,
    ];
    const excerpted = [
      quoted('What plan.md says', plan),
      quoted(`What spec.md says of user story ${story?.slice(2)}`, storyText(story)),
    ];
    const whole = joined([said(task, feature, TEXT_MAX), ...head, ...excerpted]);
    if (fits(whole)) return whole;
    const without = joined([said(task, feature, TEXT_MAX), ...head]);
    return fits(without) ? without : joined([said(task, feature, SHORT_TEXT_MAX), ...head]);
  };
}

/** Prompt and files have to fit an event of the log, in which every quote and line end counts twice. */
const fits = (prompt: string): boolean => JSON.stringify(prompt).length <= PROMPT_MAX;

const joined = (parts: readonly string[]): string => escaped(parts.filter((part) => part !== '').join('\n\n'));

function said({ id, text, more, line }: OutlinedTask, { file }: Feature, max: number): string {
  const whole = `${text}\n${dedented(more)}`.trim();
  return `${id}: ${whole.length <= max ? whole : `${whole.slice(0, max)} … (it goes on in ${file}, line ${line})`}`;
}

const documents = ({ directory }: Feature): string =>
  `The feature is described in ${directory === '.' ? 'the directory of the list' : directory}: read plan.md and spec.md there before you begin, and data-model.md, research.md, quickstart.md and contracts/ where there are such and the task touches them.`;

const quoted = (title: string, text: string): string => (text === '' ? '' : `${title}:\n\n${text}`);

function dedented(text: string): string {
  const lines = text.trimEnd().split('\n');
  const indent = Math.min(...lines.map((line) => /^[ \t]{0,40}/.exec(line)![0].length));
  return lines.map((line) => line.slice(indent)).join('\n');
}

/** What a list says is never an expression. */
const escaped = (text: string): string => text.replaceAll('${{', () => '$${{');
