import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { messageClasses } from '../../dev/script-messages.ts';
import { type ProjectOptions, ScriptProject } from '../../dev/script-project.ts';

interface Change {
  path: string;
  change: string;
  mode?: string;
  same_as_template?: string | null;
}
interface ScriptCase {
  id: string;
  script: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  git_repo: boolean;
  setup: string;
  exit_code: number;
  stdout_json: unknown[];
  stdout_text_keys: string[];
  branch_after: string | null;
  changes: Change[];
  files_content: Record<string, string>;
  message_classes: string[];
}
type Deviation = Partial<ScriptCase> & { quirk: string; feature?: string };

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${name}.json`, import.meta.url), 'utf8'));
const { cases } = fixture('script-cases') as { cases: ScriptCase[] };
const { _about, ...deviations } = fixture('script-deviations') as Record<string, Deviation>;

/** What the `setup` of a case does not say. */
const PROJECTS: Record<string, ProjectOptions> = {
  'cnf-unborn-branch': { git: 'unborn' },
  'cp-unborn': { git: 'unborn' },
  'path-one-space': { name: 'my repo' },
  'path-two-spaces': { name: 'two  spaces' },
  'path-quote': { name: "it's" },
};
const projectOf = ({ id, git_repo }: ScriptCase): ProjectOptions =>
  PROJECTS[id] ?? PROJECTS[id.replace(/-(cnf|cp|sp)$/, '')] ?? { git: git_repo ? 'committed' : 'none' };

test.concurrent.each(cases)('$id', async (recorded) => {
  const known = expected(recorded);
  await using project = await ScriptProject.create(projectOf(known));
  const filled = (text: string) =>
    text.replaceAll('{{repo}}', project.root).replaceAll('{{tmp}}', project.base).replaceAll('2026-11-22', today());
  if (known.id.includes('-no-template')) await project.shell('rm .specify/templates/*');
  if (known.setup !== '') await project.shell(filled(known.setup));

  const before = await project.files();
  const outcome = await project.run(known.script, known.args.map(filled), known.env, known.cwd);
  const after = await project.files();

  expect(outcome).toMatchObject({ exitCode: known.exit_code });
  expect(
    outcome.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line)),
  ).toEqual(JSON.parse(filled(JSON.stringify(known.stdout_json))));
  expect(messageClasses(outcome)).toEqual(known.message_classes.toSorted());
  expect([...outcome.stdout.matchAll(/^([A-Z_]+):/gm)].map(([, key]) => key)).toEqual(known.stdout_text_keys);
  expect(changes(before, after)).toEqual(known.changes.map(({ path, change, mode }) => ({ path, change, mode })));
  for (const { path, same_as_template: template } of known.changes) {
    if (template) expect(after.get(path)).toEqual({ ...after.get(`.specify/templates/${template}`), mode: 0o644 });
  }
  for (const [path, content] of Object.entries(known.files_content)) {
    expect(masked(after.get(path)!.content, content)).toEqual(filled(content));
  }
  expect(await branch(project, known)).toBe(known.branch_after);
});

test.each(Object.entries(deviations))('docs/compatibility.md gives the reason for %s', (id, { quirk }) => {
  const page = readFileSync(new URL('../../../../docs/compatibility.md', import.meta.url), 'utf8');
  const row = page.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${id}\``));
  expect(row).toContain(`| ${quirk} |`);
});

/** The case as our scripts answer it: the faults that are mended everywhere, and the deviations of this one. */
function expected(recorded: ScriptCase): ScriptCase {
  const { feature, ...replaced } = deviations[recorded.id] ?? {};
  const known = { ...recorded, ...(feature === undefined ? {} : created(feature, recorded)), ...replaced };
  return {
    ...known,
    // a context file has the mode of any file.
    changes: known.changes.map((change) => (change.mode === '0o600' ? { ...change, mode: '0o644' } : change)),
    // an & in the command line was read as the placeholder itself.
    files_content: Object.fromEntries(
      Object.entries(known.files_content).map(([path, content]) => [
        path,
        content.replaceAll('[ONLY COMMANDS FOR ACTIVE TECHNOLOGIES]', '&'),
      ]),
    ),
    // A detached commit has another name here than it had there.
    branch_after: known.branch_after?.replace(/^[0-9a-f]{7}$/, 'detached') ?? null,
  };
}

function created(feature: string, { setup }: ScriptCase): Partial<ScriptCase> {
  const directory = `specs/${feature}/`;
  return {
    exit_code: 0,
    stdout_json: [
      { BRANCH_NAME: feature, SPEC_FILE: `{{repo}}/${directory}spec.md`, FEATURE_NUM: feature.slice(0, 3) },
    ],
    message_classes: ['GIT_SWITCHED'],
    branch_after: feature,
    changes: [
      ...(setup.includes('specs/') ? [] : [{ path: 'specs/', change: 'added' }]),
      { path: directory, change: 'added' },
      { path: `${directory}spec.md`, change: 'added', mode: '0o644', same_as_template: 'spec-template.md' },
    ],
  };
}

type Files = Awaited<ReturnType<ScriptProject['files']>>;

function changes(before: Files, after: Files) {
  const changed = [...after].filter(
    ([path, { mode, content }]) => before.get(path)?.content !== content || before.get(path)?.mode !== mode,
  );
  const removed = [...before.keys()].filter((path) => !after.has(path));
  return [
    ...changed.map(([path, { mode }]) => ({
      path,
      change: before.has(path) ? 'modified' : 'added',
      mode: path.endsWith('/') ? undefined : `0o${mode.toString(8)}`,
    })),
    ...removed.map((path) => ({ path, change: 'removed', mode: undefined })),
  ].toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

/** `actual` with the lines hidden that are also hidden in `known`. */
function masked(actual: string, known: string): string {
  const lines = known.split('\n');
  return actual
    .split('\n')
    .map((line, index) => (lines[index] === '<other line>' && line !== '' ? '<other line>' : line))
    .join('\n');
}

async function branch(project: ScriptProject, { git_repo }: ScriptCase): Promise<string | null> {
  if (!git_repo) return null;
  return (await project.shell('git symbolic-ref --quiet --short HEAD || echo detached')).trimEnd();
}

const today = () => new Date().toISOString().slice(0, 10);
