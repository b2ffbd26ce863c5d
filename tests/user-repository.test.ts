import { createHash } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '@fusion-kit/domain/run';
import { git, type RealServer, repository, ROOT, scratch, startServer } from './real-server.ts';

/** Every hook that git knows, of either side. */
const HOOKS = [
  'applypatch-msg commit-msg fsmonitor-watchman post-applypatch post-checkout post-commit post-index-change post-merge post-receive',
  'post-rewrite post-update pre-applypatch pre-auto-gc pre-commit pre-merge-commit pre-push pre-rebase pre-receive prepare-commit-msg',
  'proc-receive push-to-checkout reference-transaction sendemail-validate update',
].flatMap((line) => line.split(' '));

type Scratch = Awaited<ReturnType<typeof scratch>>;
let home: Scratch;
let place: Scratch;
let server: RealServer;
let path: string;
let mark: string;

/** Leaves a mark when it is run, whatever for. */
async function trap(file: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\necho "$0 $*" >> '${mark}'\ncat\n`);
  await chmod(file, 0o755);
}

/** A repository as people have them after years: everything that git may run is a trap, and nothing is tidy. */
async function livedIn(): Promise<void> {
  await cp(join(ROOT, 'examples/price-list'), path, { recursive: true });
  await writeFile(join(path, '.gitattributes'), '*.md diff=loud filter=loud\n');
  await repository(path, { 'notes/käse.md': 'Käse\n' });
  git(path, 'branch', 'side');
  git(path, 'worktree', 'add', '--quiet', join(place.path, 'a worktree'), 'side');
  await repository(join(place.path, 'library'), { 'index.js': 'export {};\n' });
  git(path, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(place.path, 'library'), 'library');
  git(path, 'commit', '--quiet', '--message', 'Add the library');
  git(path, 'tag', '--annotate', 'v1', '--message', 'One');
  git(path, 'remote', 'add', 'origin', 'ssh://git@example.invalid/shop.git');
  await writeFile(join(path, 'README.md'), 'Being rewritten.\n');
  git(path, 'stash', '--quiet');
  await writeFile(join(path, 'CHANGELOG.md'), 'Staged, not committed.\n');
  git(path, 'add', 'CHANGELOG.md');
  await writeFile(join(path, 'CHANGELOG.md'), 'Staged, then changed again.\n');
  await writeFile(join(path, 'src/untracked file.js'), 'export const mine = true;\n');
  await rm(join(path, 'notes/käse.md'));
  git(path, 'notes', 'add', '--message', 'a note');

  mark = join(place.path, 'a trap was sprung');
  await mkdir(join(path, '.git/hooks'), { recursive: true });
  for (const hook of HOOKS) await trap(join(path, '.git/hooks', hook));
  const program = join(place.path, 'trap.sh');
  await trap(program);
  const settings = {
    'core.fsmonitor': `'${program}'`,
    'core.sshCommand': `'${program}'`,
    'core.pager': `'${program}'`,
    'core.editor': `'${program}'`,
    'core.alternateRefsCommand': `'${program}'`,
    'credential.helper': `'${program}'`,
    'diff.loud.textconv': `'${program}'`,
    'diff.external': `'${program}'`,
    'filter.loud.clean': `'${program}'`,
    'filter.loud.smudge': `'${program}'`,
    'merge.loud.driver': `'${program}'`,
    'gpg.program': program,
    'commit.gpgSign': 'true',
    'tag.gpgSign': 'true',
    'uploadpack.packObjectsHook': `'${program}'`,
    'remote.origin.uploadpack': `'${program}'`,
    'remote.origin.receivepack': `'${program}'`,
    'alias.status': `!'${program}'`,
    'alias.upload-pack': `!'${program}'`,
    'gc.auto': '1',
    'gc.reflogExpire': 'now',
    'core.logAllRefUpdates': 'always',
    'fetch.writeCommitGraph': 'true',
    'maintenance.auto': 'true',
    'receive.denyCurrentBranch': 'updateInstead',
  };
  for (const [name, value] of Object.entries(settings)) git(path, 'config', name, value);
}

/** Every file, link and directory by what is in it; objects are only ever added, and looked at by their names. */
async function everything(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name);
    const status = await lstat(full);
    const content = entry.isSymbolicLink()
      ? await readlink(full)
      : entry.isFile()
        ? createHash('sha256')
            .update(await readFile(full))
            .digest('hex')
        : 'directory';
    found[relative(root, full)] = `${status.mode.toString(8)} ${content}`;
  }
  return found;
}

const isObject = (name: string) => name.includes('.git/objects/');

beforeAll(async () => {
  home = await scratch('user-home');
  place = await scratch('user-place');
  mark = join(place.path, 'a trap was sprung');
  path = join(place.path, 'Mias Läden & Söhne', "the shop's $HOME");
  await mkdir(path, { recursive: true });
  await livedIn();
});

afterAll(async () => {
  await server?.kill();
  await home?.remove();
  await place?.remove();
});

describe("the user's repository", () => {
  it('is after a whole run as it was before, but for the branch of the run and new objects; nothing of it was run', async () => {
    const before = await everything(place.path);
    const branch = await runExample();
    const now = await everything(place.path);

    const changed = Object.keys({ ...before, ...now }).filter((name) => before[name] !== now[name]);
    const refs = relative(place.path, join(path, '.git/refs/heads'));
    const expected = [`${refs}/fusion`, `${refs}/${branch}`];
    expect(changed.filter((name) => !isObject(name)).toSorted()).toEqual(expected);
    expect(changed.filter((name) => isObject(name) && name in before)).toEqual([]);
  });

  it('has on that branch all that the agents made, on top of what was committed and of nothing else', () => {
    const [branch = ''] = branchesOf();
    const plain = (...args: string[]) => git(path, '-c', 'core.fsmonitor=false', '--no-pager', ...args);
    const files = plain('diff', '--no-ext-diff', '--no-textconv', '--name-only', 'main', branch).split('\n');
    expect(files).toEqual(['CHANGELOG.md', 'README.md', 'src/discount.js', 'src/receipt.js']);
    expect(plain('merge-base', 'main', branch)).toBe(plain('rev-parse', 'main'));
    expect(plain('show', '--no-ext-diff', '--no-textconv', `${branch}:README.md`)).not.toContain('Being rewritten');
    expect(plain('fsck', '--no-dangling', '--no-progress')).toBe('');
  });
});

const branchesOf = () =>
  git(path, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/fusion').split('\n').filter(Boolean);

/** Runs the example's whole workflow and returns the branch that it landed on. */
async function runExample(): Promise<string> {
  const scenario = join(ROOT, 'examples/price-list.scenario.json');
  server = await startServer({ home: home.path, env: { FUSION_KIT_SCENARIO: scenario } });
  const project = await server.call<{ id: string }>('POST', '/projects', { path });
  const source = await readFile(join(ROOT, 'examples/price-list.workflow.yaml'), 'utf8');
  const workflow = await server.call<{ id: string }>('POST', '/workflows', { project: project.id, source });
  let { run } = await server.call<{ run: Run }>('POST', `/workflows/${workflow.id}/start`, { provider: 'scripted' });
  for (; run.state === 'running'; await after(100)) run = await server.call<Run>('GET', `/runs/${run.id}`);
  const problems = await server.call<{ items: unknown[] }>('GET', '/events?severity=error');
  expect(problems.items).toEqual([]);
  expect(run.state).toBe('completed');
  await server.stop();
  return run.branch ?? '';
}
