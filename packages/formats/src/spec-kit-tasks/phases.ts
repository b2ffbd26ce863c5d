import type { Heading, OutlinedTask } from './outline.ts';

export type PhaseKind = 'setup' | 'foundational' | 'story' | 'polish' | 'convergence' | 'other';

export interface Phase {
  /** Its id in the graph: `phase-3`. */
  id: string;
  title: string;
  line: number;
  kind: PhaseKind;
  /** `US1` */
  story: string | undefined;
  /** 1 is the first; absent when the heading names none. */
  priority: number | undefined;
  mvp: boolean;
  prose: string;
  tasks: OutlinedTask[];
}

const LEVELS = [1, 2, 3, 4, 5, 6];
const NUMBERED = /^[^\d]{0,24}?(\d{1,4}(?:\.\d{1,3})?|N)(?![\w])/i;
const STORY_IN_TITLE = /(?:^|[^A-Za-z])(?:User Story|US)[ -]?(\d{1,4})(?!\d)/i;
const STORY_FIRST = /^[^A-Za-z0-9]{0,6}(?:User Story|US)[ -]?\d/i;
/** "User Stories 1 & 2", "US1 + US2": what is shared is no story that runs beside others. */
const STORIES_IN_TITLE =
  /(?:User Stor(?:y|ies)|US)[ -]?\d{1,4}\s{0,3}(?:&|\+|,|\/|–|-|and|und|et|y|e)\s{0,3}(?:User Story |US[ -]?)?\d/i;
const PRIORITY = /\bP(?:riority[: ]+P?)?([0-9])\b/;
const WORDS: readonly (readonly [PhaseKind, RegExp])[] = [
  ['convergence', /convergence/i],
  ['setup', /\bset-?up\b/i],
  ['foundational', /foundation/i],
  ['polish', /polish|cross-cutting/i],
];

/** The phases of a list in file order: the headings that divide its tasks, whatever they are called. Phases without tasks are left out. */
export function phasesOf(tasks: readonly OutlinedTask[], untitled: string): Phase[] {
  const level = phaseLevel(tasks);
  const byHeading = new Map<Heading | undefined, OutlinedTask[]>();
  for (const task of tasks) {
    const heading = phaseHeading(task, level);
    const own = byHeading.get(heading);
    if (own) own.push(task);
    else byHeading.set(heading, [task]);
  }
  const numbers = phaseNumbers();
  return [...byHeading].map(([heading, own]) => phase(heading, own, numbers(heading?.title ?? ''), untitled));
}

/** The outermost level with numbered headings or stories, else the outermost at which headings divide the tasks. */
function phaseLevel(tasks: readonly OutlinedTask[]): number {
  const atLevel = Array.from({ length: 7 }, () => new Set<Heading>());
  for (const { under } of tasks) for (const heading of under) atLevel[heading.level]!.add(heading);
  const dividing = LEVELS.filter((level) => atLevel[level]!.size > 1);
  // a single heading of the first level is the title of the list
  const named = LEVELS.filter((level) => (level > 1 || dividing.includes(1)) && [...atLevel[level]!].some(isNamed));
  return named[0] ?? dividing[0] ?? LEVELS.findLast((level) => atLevel[level]!.size === 1) ?? 0;
}

const isNamed = ({ title }: Heading): boolean => NUMBERED.test(title) || STORY_IN_TITLE.test(title);

/** A story that has a heading of its own inside a phase that is no story is a phase for itself. */
function phaseHeading({ under }: OutlinedTask, level: number): Heading | undefined {
  const own = under.find((heading) => heading.level === level) ?? under.findLast((heading) => heading.level < level);
  if (!own || STORY_IN_TITLE.test(own.title)) return own;
  return under.find((heading) => heading.level > own.level && STORY_FIRST.test(heading.title)) ?? own;
}

function phase(heading: Heading | undefined, tasks: OutlinedTask[], number: number, untitled: string): Phase {
  const title = heading?.title ?? untitled;
  const story = storyOf(heading?.title ?? '', tasks);
  const kind = story === undefined ? (WORDS.find(([, word]) => word.test(title))?.[0] ?? 'other') : 'story';
  const priority = PRIORITY.exec(title)?.[1];
  return {
    id: `phase-${number}`,
    title,
    line: heading?.line ?? tasks[0]!.line,
    kind,
    story,
    priority: priority === undefined ? undefined : Number(priority),
    mvp: /\bMVP\b|🎯/u.test(title),
    prose: heading?.prose.trim() ?? '',
    tasks,
  };
}

/** The story a title names, else the one that most of the tasks are labelled with and no other. */
function storyOf(title: string, tasks: readonly OutlinedTask[]): string | undefined {
  if (STORIES_IN_TITLE.test(title)) return undefined;
  const named = STORY_IN_TITLE.exec(title)?.[1];
  if (named !== undefined) return `US${Number(named)}`;
  const labels = tasks.flatMap(({ story }) => story ?? []);
  const [first] = labels;
  if (WORDS.some(([, word]) => word.test(title)) || labels.length * 2 < tasks.length) return undefined;
  return labels.every((label) => label === first) ? first : undefined;
}

/** For one title after another the number in it when that is free, else the next after the highest. */
function phaseNumbers(): (title: string) => number {
  const used = new Set<number>();
  let highest = 0;
  return (title) => {
    const own = /^\D{0,24}(\d{1,4})(?![\w.]{0,9}\d)/.exec(title)?.[1];
    const number = own === undefined || used.has(Number(own)) ? highest + 1 : Number(own);
    used.add(number);
    highest = Math.max(highest, number);
    return number;
  };
}
