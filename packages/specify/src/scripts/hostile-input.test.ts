import { expect, test } from 'vitest';
import { ScriptProject } from '../../dev/script-project.ts';

/** Texts that leave a file named HIT behind wherever a shell reads them as code. */
const CODE = [
  '$(touch HIT)',
  '`touch HIT`',
  "';touch HIT;'",
  '";touch HIT;"',
  "'$(touch HIT)'",
  'a\ntouch HIT\n',
  'a;touch HIT',
  'a & touch HIT &',
  'a | touch HIT',
  '${x:=$(touch HIT)}',
  'a[$(touch HIT)]',
  'x"}; touch HIT; {"',
  '\\$(touch HIT)\\',
];
/** Texts that break a careless output or pattern. */
const AWKWARD = [
  'two  spaces',
  "it's",
  'a"b',
  'a\\b\\n',
  '*',
  '[a-z]?',
  '~',
  '&\\1',
  'tab\there',
  'ünï 日本',
  '%s%d',
  '-n',
  '\u0001\u007f',
  'end\n',
];

const lastLine = (stdout: string): unknown => JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
const plan = (language: string, storage = 'N/A') =>
  `# Plan\n\n**Language/Version**: ${language}  \n**Primary Dependencies**: lib  \n**Storage**: ${storage}\n**Project Type**: single\n`;

async function expectNothingRan(project: ScriptProject): Promise<void> {
  expect(await project.shell('find .. -name "HIT*"')).toBe('');
}

test.concurrent.each([...CODE, ...AWKWARD])('a repository in a directory named %j', async (name) => {
  await using project = await ScriptProject.create({ name });
  const created = await project.run('create-new-feature.sh', ['--json', 'Sign people in']);
  const directory = `${project.root}/specs/001-sign-people`;
  expect(lastLine(created.stdout)).toEqual({
    BRANCH_NAME: '001-sign-people',
    SPEC_FILE: `${directory}/spec.md`,
    FEATURE_NUM: '001',
  });
  expect(project.exists('specs/001-sign-people/spec.md')).toBe(true);

  const planned = await project.run('setup-plan.sh', ['--json']);
  expect(lastLine(planned.stdout)).toMatchObject({ IMPL_PLAN: `${directory}/plan.md`, SPECS_DIR: directory });
  await project.write('specs/001-sign-people/plan.md', plan('Go 1.26'));

  const checked = await project.run('check-prerequisites.sh', ['--json']);
  expect(lastLine(checked.stdout)).toEqual({ FEATURE_DIR: directory, AVAILABLE_DOCS: [] });
  const paths = lastLine((await project.run('check-prerequisites.sh', ['--json', '--paths-only'])).stdout);
  expect(paths).toMatchObject({ REPO_ROOT: project.root, FEATURE_DIR: directory });

  expect(await project.run('update-agent-context.sh', ['claude'])).toMatchObject({ exitCode: 0 });
  expect(await project.read('CLAUDE.md')).toContain(`# ${name} Development Guidelines`);
  await expectNothingRan(project);
});

test.concurrent.each([...CODE, ...AWKWARD])('without git, in a directory named %j', async (name) => {
  await using project = await ScriptProject.create({ name, git: 'none' });
  const created = await project.run('create-new-feature.sh', ['--json', 'Sign people in']);
  expect(lastLine(created.stdout)).toMatchObject({ SPEC_FILE: `${project.root}/specs/001-sign-people/spec.md` });
  const paths = lastLine((await project.run('check-prerequisites.sh', ['--json', '--paths-only'])).stdout);
  expect(paths).toMatchObject({ REPO_ROOT: project.root, BRANCH: '001-sign-people' });
  await expectNothingRan(project);
});

// git itself refuses blanks, \ and some others in the name of a branch.
const BRANCHES = [
  "001-a';touch${IFS}HIT;'",
  '001-$(touch${IFS}HIT)',
  '001-`touch${IFS}HIT`',
  '001-a";touch${IFS}HIT;"b',
  '001-a&touch${IFS}HIT&b|c<d>e',
  '001-ünï/日本',
];

test.concurrent.each(BRANCHES)('a branch named %j', async (branch) => {
  await using project = await ScriptProject.create();
  await project.shell(`git checkout -q -b ${quoted(branch)}`);
  expect(await project.shell('git symbolic-ref --short HEAD')).toBe(`${branch}\n`);
  await expectFeature(project, branch, {});
  await expectNothingRan(project);
});

test.concurrent.each([...CODE, ...AWKWARD])('SPECIFY_FEATURE=%j', async (text) => {
  await using project = await ScriptProject.create();
  await expectFeature(project, `001-${text}`, { SPECIFY_FEATURE: `001-${text}` });
  const refused = await project.run('check-prerequisites.sh', ['--json', '--paths-only'], { SPECIFY_FEATURE: text });
  expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
  await expectNothingRan(project);
});

async function expectFeature(project: ScriptProject, feature: string, env: NodeJS.ProcessEnv): Promise<void> {
  const directory = `${project.root}/specs/${feature}`;
  const outcome = await project.run('check-prerequisites.sh', ['--json', '--paths-only'], env);
  expect(lastLine(outcome.stdout)).toEqual({
    REPO_ROOT: project.root,
    BRANCH: feature,
    FEATURE_DIR: directory,
    FEATURE_SPEC: `${directory}/spec.md`,
    IMPL_PLAN: `${directory}/plan.md`,
    TASKS: `${directory}/tasks.md`,
  });
  expect(lastLine((await project.run('setup-plan.sh', ['--json'], env)).stdout)).toMatchObject({ BRANCH: feature });
  await project.write(`specs/${feature}/plan.md`, plan('Python 3.14'));
  for (const created of [true, false]) {
    expect(project.exists('CLAUDE.md')).toBe(!created);
    expect(await project.run('update-agent-context.sh', ['claude'], env)).toMatchObject({ exitCode: 0 });
    expect(await project.read('CLAUDE.md')).toContain(`- ${feature}: Added Python 3.14 + lib\n`);
  }
}

test.each(['001-a/../../../outside', '../outside', '..'])('SPECIFY_FEATURE=%s leads nowhere', async (feature) => {
  await using project = await ScriptProject.create({ git: 'none' });
  const outcome = await project.run('setup-plan.sh', ['--json'], { SPECIFY_FEATURE: feature });
  expect(outcome).toMatchObject({ exitCode: 1, stdout: '' });
  expect(project.exists('../outside')).toBe(false);
});

test.concurrent.each([...CODE, ...AWKWARD])('a feature described as %j', async (text) => {
  await using project = await ScriptProject.create();
  for (const args of [
    ['--json', text],
    ['--json', '--short-name', text, 'x'],
    ['--json', '--number', text, 'x'],
    [text],
  ]) {
    const outcome = await project.run('create-new-feature.sh', args);
    if (args.includes('--number')) expect(outcome).toMatchObject({ exitCode: 1, stdout: '' });
    else expect(outcome.stdout).toMatch(/^\{"BRANCH_NAME":"\d{3}-[a-z0-9-]*",|^BRANCH_NAME: \d{3}-[a-z0-9-]*\n/);
  }
  await expectNothingRan(project);
});

const oneLine = (texts: readonly string[]) => texts.map((text) => text.replaceAll('\n', ' ').trim());

test.concurrent.each(oneLine([...CODE, ...AWKWARD]))('a plan whose language and storage are %j', async (text) => {
  await using project = await ScriptProject.create();
  await project.shell('git checkout -q -b 001-a && mkdir -p specs/001-a');
  await project.write('specs/001-a/plan.md', plan(text, `store ${text}`));
  await project.write('GEMINI.md', '# Mine\n');
  for (const agent of ['claude', 'gemini', 'gemini']) {
    expect(await project.run('update-agent-context.sh', [agent])).toMatchObject({ exitCode: 0 });
  }
  expect(await project.read('CLAUDE.md')).toContain(`\n- ${text} + lib (001-a)\n`);
  expect(await project.read('GEMINI.md')).toBe(
    `# Mine\n\n## Active Technologies\n- ${text} + lib (001-a)\n- store ${text} (001-a)\n\n## Recent Changes\n- 001-a: Added ${text} + lib\n`,
  );
  await expectNothingRan(project);
});

test('names of remotes and of their branches', async () => {
  await using project = await ScriptProject.create();
  await project.shell('git init -q --bare ../far.git');
  for (const [index, remote] of ['origin', '--upload-pack=touch HIT', '$(touch HIT)', 'a"b;touch HIT'].entries()) {
    await project.shell(`git config remote.${quoted(remote)}.url ../far.git`);
    await project.shell(`git push -q ../far.git ${quoted(`main:refs/heads/00${index + 1}-$(touch\${IFS}HIT)`)}`);
  }
  const outcome = await project.run('create-new-feature.sh', ['--json', 'Sign people in']);
  expect(lastLine(outcome.stdout)).toMatchObject({ FEATURE_NUM: '005' });
  await expectNothingRan(project);
});

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
