import { accessSync, constants, existsSync, globSync, statSync } from 'node:fs';
import { COMMANDS } from '@fusion-kit/cli/command-table';
import { ERRORS } from '@fusion-kit/domain/errors';
import { readWorkflow } from '@fusion-kit/formats/workflow-yaml/read';
import { describe, expect, test } from 'vitest';
import { commandLines, linkedPaths, namedPaths, refusedCommand } from './docs.ts';
import { MAY_IMPORT } from './layers.ts';
import { repositoryFiles, ROOT, textOf } from './repository.ts';

const ROOMS = Object.keys(MAY_IMPORT);
const files = repositoryFiles().filter((path) => existsSync(ROOT + path));
// Examples are projects of their own: their paths start in their own folder.
const documents = files.filter((path) => path.endsWith('.md') && !path.startsWith('examples/'));
const sources = files.filter((path) => /^(packages|tools|tests|benchmarks)\/.*\.tsx?$/.test(path));
const PROGRAMS = [/^fusion-kit( |$)/, /^script\//, /^\.ci\//, /^npm run /];

const exists = (path: string) =>
  /[*{]/.test(path) ? globSync(path, { cwd: ROOT }).length > 0 : existsSync(ROOT + path);
const deadPaths = (text: string) =>
  namedPaths(text, ROOMS).flatMap(({ named, candidates }) => (candidates.some(exists) ? [] : [named]));

function refused(line: string): string[] {
  const [program = '', ...words] = line.split(/\s+/);
  let reason: string | undefined;
  if (program === 'fusion-kit') reason = refusedCommand(line, COMMANDS);
  else if (program === 'npm') reason = (words[1] ?? '') in scripts ? undefined : 'package.json has no such script';
  else reason = isProgram(program) ? undefined : 'there is no such program';
  return reason === undefined ? [] : [`${line}: ${reason}`];
}
const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };

function isProgram(path: string): boolean {
  if (!existsSync(ROOT + path) || !statSync(ROOT + path).isFile()) return false;
  accessSync(ROOT + path, constants.X_OK);
  return true;
}

test.each(documents)('%s leads nowhere dead and shows only commands that exist', (path) => {
  const text = textOf(path);
  expect(linkedPaths(path, text).filter((target) => !existsSync(ROOT + target))).toEqual([]);
  // A decision tells how things stood on its day.
  if (path.startsWith('docs/decisions/') || path === 'CHANGELOG.md') return;
  expect(deadPaths(text)).toEqual([]);
  expect(commandLines(text, PROGRAMS).flatMap(refused)).toEqual([]);
});

test('comments name only paths that exist', () => {
  const comments = (text: string) => (text.match(/\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm) ?? []).join('\n');
  const dead = sources
    .filter((path) => path !== 'tools/docs.ts')
    .flatMap((path) => deadPaths(comments(textOf(path))).map((named) => `${path} names ${named}`));
  expect(dead).toEqual([]);
});

test('the workflow files that documents show can be read', () => {
  const shown = documents.flatMap((path) =>
    [...textOf(path).matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, body]) => ({ path, body: body! })),
  );
  const workflows = shown.filter(({ body }) => /^nodes:/m.test(body));
  expect(workflows.map(({ path }) => path)).toContain('docs/workflows.md');
  for (const { path, body } of workflows) expect(readWorkflow(body, path).warnings).toEqual([]);
});

test('the remedies of errors name only commands that exist', () => {
  const remedies = Object.values(ERRORS).map(({ remedy }) => remedy);
  expect(commandLines(remedies.join('\n'), [/^fusion-kit /]).flatMap(refused)).toEqual([]);
});

test('every command of the scripts folder starts', () => {
  const programs = files.filter((path) => path.startsWith('script/') || path === '.ci/run');
  expect(programs).toEqual(expect.arrayContaining(['script/setup', 'script/demo', 'script/test', 'script/bench']));
  expect(programs.filter((path) => !isProgram(path))).toEqual([]);
});

describe('the checks themselves', () => {
  test('find links, pictures and paths', () => {
    expect(linkedPaths('docs/a.md', '[x](b.md#c) ![y](../p.png) [z](https://x.y) [w](#top)')).toEqual([
      'docs/b.md',
      'p.png',
    ]);
    expect(deadPaths('`tools/docs.ts` `tools/gone.ts` `domain/graph` `domain/gone` `and/or` `docs/*.json`')).toEqual([
      'tools/gone.ts',
      'domain/gone',
    ]);
  });

  test('find command lines', () => {
    const text =
      '```sh\n$ script/demo --keep # watch\nls -l\nA=1 fusion-kit up && fusion-kit down\n```\nthen `fusion-kit status`.';
    expect(commandLines(text, PROGRAMS)).toEqual([
      'script/demo --keep',
      'fusion-kit up',
      'fusion-kit down',
      'fusion-kit status',
    ]);
  });

  const commands = [
    { path: 'run', options: [['--input <name=value>']] },
    { path: 'run list' },
    { path: 'up' },
  ] as const;
  test.each([
    'fusion-kit',
    'fusion-kit --help',
    'fusion-kit run a.yaml --input a=b',
    'fusion-kit run list --json',
    'fusion-kit help run',
  ])('%s is a command line', (line) => {
    expect(refusedCommand(line, commands)).toBeUndefined();
  });
  test.each(['fusion-kit walk', 'fusion-kit up --input a=b', 'fusion-kit run --inputs x', 'fusion-kit --fast'])(
    '%s is not',
    (line) => {
      expect(refusedCommand(line, commands)).toEqual(expect.any(String));
    },
  );
});
