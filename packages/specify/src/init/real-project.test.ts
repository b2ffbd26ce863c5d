import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { classesIn, flat } from '../../dev/message-classes.ts';
import { lay, sha256, specify, stage, type Stage, treeOf } from '../../dev/stage.ts';

const HERE = ['init', '--here', '--force', '--script', 'sh', '--ignore-agent-tools', '--ai'];

/** A stage whose directory has blanks and letters beyond ASCII in its path. */
function oddStage(): Stage {
  const place = stage();
  onTestFinished(place.remove);
  lay(place.cwd, { 'mein projekt ü 项目/': '' });
  return { ...place, cwd: join(place.cwd, 'mein projekt ü 项目') };
}

function gitIn(cwd: string, { home }: Stage) {
  const env = { ...process.env, HOME: home, GIT_ALLOW_PROTOCOL: 'file' };
  return (...args: string[]) => execFileSync('git', args, { cwd, env, encoding: 'utf8' });
}

/** Every entry below a directory with its mode, its time and its content. */
function fingerprint(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const { mode, mtimeMs } = lstatSync(path);
    const content = entry.isSymbolicLink() ? readlinkSync(path) : entry.isFile() ? sha256(path) : '';
    found.set(path, [mode, entry.isDirectory() ? '' : mtimeMs, content].join(' '));
  }
  return found;
}

test('a repository with history, submodule, dirty tree and odd path only gains the files of the template', async () => {
  const place = oddStage();
  const git = gitIn(place.cwd, place);
  lay(place.cwd, { '../library/code.c': 'int x;\n' });
  const library = gitIn(join(place.cwd, '../library'), place);
  library('init', '--quiet');
  library('add', '.');
  library('commit', '--quiet', '-m', 'library');
  git('init', '--quiet');
  lay(place.cwd, { 'README.md': 'one\n', 'src/größe.txt': 'a', 'run.sh': '#!/bin/sh\n', '.gitignore': 'ignored/\n' });
  chmodSync(join(place.cwd, 'run.sh'), 0o644);
  git('submodule', '--quiet', 'add', '../library', 'lib');
  git('add', '.');
  git('commit', '--quiet', '-m', 'first');
  lay(place.cwd, { 'README.md': 'stashed\n' });
  git('stash');
  lay(place.cwd, {
    'README.md': 'changed\n',
    'staged.txt': 's',
    'untracked file.txt': 'u',
    'ignored/x': 'i',
    '.claude/settings.json': '{}',
  });
  lay(place.cwd, { '.git/hooks/post-checkout': '#!/bin/sh\ntouch "$0.ran"\n', 'lib/local.txt': 'dirty' });
  git('add', 'staged.txt');
  symlinkSync('run.sh', join(place.cwd, 'link'));
  const statusBefore = git('status', '--porcelain', '--ignored').split('\n');
  const before = fingerprint(place.cwd);

  const ran = await specify([...HERE, 'claude'], place);

  expect(ran.exitCode).toBe(0);
  expect(flat(ran.stdout)).toContain('existing repo detected');
  const after = fingerprint(place.cwd);
  for (const [path, was] of before) expect(`${path} ${after.get(path)}`).toBe(`${path} ${was}`);
  const gained = [...after.keys()].filter((path) => !before.has(path)).map((path) => path.slice(place.cwd.length + 1));
  expect(gained.filter((path) => !/^\.(specify|claude)(\/|$)/.test(path))).toEqual([]);
  expect(
    git('status', '--porcelain', '--ignored')
      .split('\n')
      .filter((line) => !statusBefore.includes(line)),
  ).toEqual(['?? .specify/']);
});

test('a second init over the first changes nothing that the first made, nor an edited constitution', async () => {
  const place = oddStage();
  await specify([...HERE, 'copilot'], place);
  const first = treeOf(place.cwd);
  expect((await specify([...HERE, 'copilot'], place)).exitCode).toBe(0);
  expect(treeOf(place.cwd)).toEqual(first);
  const constitution = join(place.cwd, '.specify/memory/constitution.md');
  const template = readFileSync(constitution);
  lay(place.cwd, {
    '.specify/memory/constitution.md': '# Ours\n',
    '.specify/memory/constitution.new.md': 'a file of mine',
  });
  for (const round of [1, 2]) {
    const ran = await specify([...HERE, 'copilot'], place);
    expect(classesIn(ran.stdout), `round ${round}`).toContain('W_KEPT');
    expect(flat(ran.stdout)).toContain('constitution.new-2.md');
  }
  expect(readFileSync(constitution, 'utf8')).toBe('# Ours\n');
  expect(readFileSync(join(place.cwd, '.specify/memory/constitution.new.md'), 'utf8')).toBe('a file of mine');
  expect(readFileSync(join(place.cwd, '.specify/memory/constitution.new-2.md'))).toEqual(template);
  expect(treeOf(place.cwd).filter((path) => path.includes('memory/constitution'))).toHaveLength(3);
});

test('a link out of the project is not written through, one inside it is', async () => {
  const place = oddStage();
  lay(place.cwd, { '../outside.md': 'mine', 'docs/plan.md': 'old', '.specify/templates/': '' });
  symlinkSync('../../../outside.md', join(place.cwd, '.specify/templates/spec-template.md'));
  symlinkSync('../../docs/plan.md', join(place.cwd, '.specify/templates/plan-template.md'));
  const ran = await specify([...HERE, 'claude', '--no-git'], place);
  expect(ran.exitCode).toBe(0);
  expect(flat(ran.stdout)).toContain('.specify/templates/spec-template.md: it is a link out of the project');
  expect(readFileSync(join(place.cwd, '../outside.md'), 'utf8')).toBe('mine');
  expect(readFileSync(join(place.cwd, 'docs/plan.md'), 'utf8')).not.toBe('old');
});

test('what cannot be finished is taken back, down to the last byte and mode', async () => {
  const place = oddStage();
  // The file comes late in the order of the template, so that much has been written by then.
  lay(place.cwd, {
    '.specify/templates/tasks-template.md/': '',
    '.specify/memory/constitution.md': 'mine',
    '.claude/commands/speckit.plan.md': 'old',
  });
  chmodSync(join(place.cwd, '.claude/commands/speckit.plan.md'), 0o600);
  const before = treeOf(place.cwd);
  const ran = await specify([...HERE, 'claude'], place);
  expect(ran.exitCode).toBe(1);
  expect(classesIn(ran.stdout)).toContain('E_INIT_FAILED');
  expect(treeOf(place.cwd)).toEqual(before);
  expect(readFileSync(join(place.cwd, '.claude/commands/speckit.plan.md'), 'utf8')).toBe('old');
});

test('a commit that git refuses leaves the project, says what to do, and is no failure', async () => {
  const place = oddStage();
  lay(place.home, { '.gitconfig': '[user]\n  useConfigOnly = true\n' });
  const ran = await specify(['init', 'demo', '--ai', 'claude', '--ignore-agent-tools', '--script', 'sh'], place);
  expect(ran.exitCode).toBe(0);
  expect(classesIn(ran.stdout)).toContain('W_GIT_INIT_FAILED');
  expect(flat(ran.stdout)).toMatch(/git commit -m "Initial commit from Specify template" ended with exit code 128/);
  expect(statSync(join(place.cwd, 'demo/.git')).isDirectory()).toBe(true);
});

test('a name that a terminal would obey is shown, not obeyed', async () => {
  const place = oddStage();
  const ran = await specify(['init', 'red\u001b[31m', '--ai', 'claude', '--ignore-agent-tools', '--no-git'], place);
  expect(ran.exitCode).toBe(0);
  expect(ran.stdout).toContain(String.raw`red\x1b[31m`);
  expect(ran.stdout).not.toContain('\u001b');
});
