import { expect, test } from 'vitest';
import { messageClasses } from '../../dev/script-messages.ts';
import { ScriptProject } from '../../dev/script-project.ts';

const paths = async (project: ScriptProject, env: NodeJS.ProcessEnv = {}) => {
  const outcome = await project.run('check-prerequisites.sh', ['--json', '--paths-only'], env);
  return { ...outcome, result: JSON.parse(outcome.stdout || 'null') as { BRANCH: string; FEATURE_DIR: string } | null };
};
const create = async (project: ScriptProject, ...args: string[]) => {
  const outcome = await project.run('create-new-feature.sh', ['--json', ...args]);
  return { ...outcome, name: (JSON.parse(outcome.stdout || '{}') as { BRANCH_NAME?: string }).BRANCH_NAME };
};

test.each([
  ['git branch 017-other', '018-x'],
  ['mkdir -p specs/099-other', '100-x'],
  ['mkdir -p specs/20260101-other && git branch 2025-roadmap', '001-x'],
  ['git branch 1004-x', '1005-x'],
  ['git branch feature/017-other', '001-x'],
  ['git update-ref refs/remotes/origin/007-other HEAD && git remote add origin ../gone.git', '008-x'],
  ['git update-ref refs/remotes/a/b/007-other HEAD && git remote add a/b ../gone.git', '001-x'],
])('after %s the next feature is %s', async (setup, name) => {
  await using project = await ScriptProject.create();
  await project.shell(setup);
  expect((await create(project, '--short-name', 'x', 'text')).name).toBe(name);
});

test.each([
  ['mkdir -p specs/20260101-other', '20260102-x'],
  ['mkdir -p specs/012 specs/9x', '013-x'],
])('without git, after %s the next feature is %s', async (setup, name) => {
  await using project = await ScriptProject.create({ git: 'none' });
  await project.shell(setup);
  expect((await create(project, '--short-name', 'x', 'text')).name).toBe(name);
});

test('a tag with the name of the branch changes nothing', async () => {
  await using project = await ScriptProject.create();
  await project.shell('git checkout -q -b 001-a && git tag 001-a');
  expect((await paths(project)).result).toMatchObject({ BRANCH: '001-a' });
});

test('two directories with one number are told, and the name of the branch decides', async () => {
  await using project = await ScriptProject.create();
  await project.shell('git checkout -q -b 004-c && mkdir -p specs/004-a specs/004-b');
  const outcome = await paths(project);
  expect(outcome).toMatchObject({ exitCode: 0, result: { FEATURE_DIR: `${project.root}/specs/004-c` } });
  expect(messageClasses(outcome)).toEqual(['E_SEVERAL_DIRECTORIES']);
});

test('numbers with leading zeros are decimal', async () => {
  await using project = await ScriptProject.create({ git: 'none' });
  await project.shell('mkdir -p specs/007-a specs/009-b specs/010-c');
  expect(await paths(project)).toMatchObject({ result: { BRANCH: '010-c' } });
  await project.shell('rmdir specs/010-c');
  expect(await paths(project)).toMatchObject({ result: { BRANCH: '009-b' } });
});

test('before the first commit the directory with the highest number is the feature', async () => {
  await using project = await ScriptProject.create({ git: 'unborn' });
  expect((await create(project, 'Sign people in')).name).toBe('001-sign-people');
  expect((await paths(project)).result).toMatchObject({ BRANCH: '001-sign-people' });
});

test('without the program git the scripts work as outside of a repository', async () => {
  await using project = await ScriptProject.create();
  await project.shell(
    `mkdir ../bin && for tool in bash dirname tr cut mkdir cat; do ln -s "$(command -v $tool)" ../bin; done`,
  );
  const outcome = await project.run('create-new-feature.sh', ['--json', 'Sign people in'], {
    PATH: `${project.base}/bin`,
  });
  expect(JSON.parse(outcome.stdout)).toMatchObject({ BRANCH_NAME: '001-sign-people' });
  expect(messageClasses(outcome)).toEqual(['W_NO_GIT']);
});

test('outside of the repository the scripts find it by their own place', async () => {
  await using project = await ScriptProject.create();
  await project.shell('mkdir specs specs/003-c');
  const outcome = await project.run('check-prerequisites.sh', ['--json', '--paths-only'], {}, '..');
  expect(JSON.parse(outcome.stdout)).toMatchObject({ REPO_ROOT: project.root, BRANCH: '003-c' });
});
