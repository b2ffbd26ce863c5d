/** Where the feature of a task list lies, and what its other documents say. */
export interface Feature {
  /** The task list from the top of the project: `specs/001-name/tasks.md`. */
  file: string;
  /** `specs/001-name`, or `.` */
  directory: string;
  plan?: string | undefined;
  spec?: string | undefined;
}

const EXCERPT_MAX = 1_400;

/** The path as the project has it. Of one from elsewhere, what begins with `specs/`, else its last part. */
export function projectPath(file: string): string {
  const parts = file
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  const specs = parts.lastIndexOf('specs');
  const isRelative = !/^(?:\/|[A-Za-z]:)/.test(file) && !parts.includes('..');
  if (isRelative) return parts.join('/').slice(0, 500) || 'tasks.md';
  return parts
    .slice(specs === -1 ? -1 : specs)
    .filter((part) => part !== '..')
    .join('/')
    .slice(0, 500);
}

export const directoryOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.');

/** What of the plan everybody has to know: the first paragraphs of its summary and its technical context. */
export function planExcerpt({ plan }: Feature): string {
  const parts = ['summary', 'technical context'].map((title) =>
    section(plan ?? '', (heading) => heading.includes(title)),
  );
  return parts
    .filter((part) => part !== '')
    .map((part) => part.slice(0, EXCERPT_MAX / 2))
    .join('\n\n');
}

/** What the specification says of a story. */
export function storyExcerpt({ spec }: Feature, story: string): string {
  const name = `user story ${story.slice(2)}`;
  const found = section(
    spec ?? '',
    (heading) => heading.includes(name) && !/\d/.test(heading.charAt(heading.indexOf(name) + name.length)),
  );
  return found.slice(0, EXCERPT_MAX);
}

/** The text under the first heading that fits, up to the next one of its level or above. */
function section(text: string, fits: (heading: string) => boolean): string {
  let level = 0;
  const kept: string[] = [];
  for (const line of text.slice(0, 200_000).split(/\r?\n/)) {
    const marks = /^(#{1,6})[ \t]/.exec(line)?.[1]?.length ?? 0;
    if (level > 0 && marks > 0 && marks <= level) break;
    if (level > 0) kept.push(line);
    else if (marks > 0 && fits(line.slice(0, 300).toLowerCase())) level = marks;
  }
  return kept.join('\n').trim();
}
