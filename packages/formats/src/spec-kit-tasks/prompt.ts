import type { Claims } from './claims.ts';
import { type Feature, planExcerpt, storyExcerpt } from './feature.ts';
import type { OutlinedTask } from './outline.ts';
import type { Phase } from './phases.ts';

const TEXT_MAX = 3_000;
const PHASE_MAX = 700;
/** Larger lists name the documents and do not repeat them in every task. */
const EXCERPTS_FOR_MAX = 1_000;

/** Writes the prompts of a list: what to do, what it is part of, where to read more. At most some 8,000 characters each. */
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
    const { id, text, more, line } = task;
    const whole = `${text}\n${dedented(more)}`.trim();
    const said =
      whole.length <= TEXT_MAX ? whole : `${whole.slice(0, TEXT_MAX)} … (it goes on in ${feature.file}, line ${line})`;
    const story = task.story ?? phase.story;
    const parts = [
      `${id}: ${said}`,
      `This is one task of ${feature.file} (line ${line}), in the phase "${phase.title}".`,
      phase.prose.slice(0, PHASE_MAX),
      documents(feature),
      claims.files.length > 0 ? `It is about: ${claims.files.join(', ')}` : '',
      `Others work on the other tasks of the list: do what this one asks for and no more. Leave the boxes of ${feature.file} alone; they are ticked for you when the phase has been checked.`,
      quoted(`What plan.md says`, plan),
      quoted(`What spec.md says of user story ${story?.slice(2)}`, storyText(story)),
    ];
    return escaped(parts.filter((part) => part !== '').join('\n\n'));
  };
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
export const escaped = (text: string): string => text.replaceAll('${{', () => '$${{');
