import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProjectStore } from '@fusion-kit/domain/ports/workspaces';
import { describe, expect, test } from 'vitest';
import { fingerprint, newRun, projectAt, scratchDirectory, userRepository } from './workspaces-scratch.ts';

/** Writes a commit straight into the only store below the root, as collecting one from an agent does. */
async function workOfAnAgent(root: string, base: string, files: Record<string, string>): Promise<string> {
  const clone = await userRepository(join(root, `agent-${newRun()}`));
  const [store = ''] = Object.keys(await fingerprint(join(root, 'stores'))).filter((path) => path.endsWith('.git'));
  const path = join(root, 'stores', store);
  clone.git('fetch', '--quiet', path, '+refs/*:refs/from-store/*');
  clone.git('checkout', '--quiet', '-b', 'work', base);
  const commit = await clone.commit(files);
  clone.git('push', '--quiet', path, 'work:refs/fusion/dispatches/test');
  return commit;
}

/** What a project store promises; an adapter's test is one call of this. `open` keeps everything below the directory it gets. */
export function projectStoreConformance(name: string, open: (root: string) => ProjectStore): void {
  async function house() {
    const directory = await scratchDirectory();
    const user = await userRepository(join(directory, 'my projéct'));
    const base = await user.commit({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
    const project = projectAt(user.path);
    const store = open(join(directory, 'data'));
    const run = { id: newRun(), branch: 'fusion/run-1', base };
    return { directory, user, project, store, run, base, root: join(directory, 'data') };
  }

  /** Begins a run, and makes commits that stand for agents' work: on branches of the user, which the store then fetches. */
  async function running() {
    const one = await house();
    const work = async (branch: string, files: Record<string, string>): Promise<string> => {
      one.user.git('checkout', '--quiet', '-b', branch, one.base);
      const commit = await one.user.commit(files);
      one.user.git('checkout', '--quiet', 'main');
      await one.store.refresh(one.project);
      return commit;
    };
    await one.store.refresh(one.project);
    await one.store.start(one.project, one.run);
    const landing = (commit: string, message = 'Land it') => ({
      runId: one.run.id,
      branch: one.run.branch,
      commit,
      message,
    });
    const userHead = (): string => one.user.git('rev-parse', one.run.branch);
    return { ...one, work, landing, userHead };
  }

  describe(`${name}: project store`, () => {
    test('refreshing answers with the commit that the user has checked out, again after a new one', async () => {
      const { store, project, base, user } = await house();
      expect(await store.refresh(project)).toEqual({ head: base });
      const next = await user.commit({ 'a.txt': 'changed\n' });
      expect(await store.refresh(project)).toEqual({ head: next });
      user.git('reset', '--quiet', '--hard', base);
      expect(await store.refresh(project)).toEqual({ head: base });
    });

    test('a detached head and a branch that took the place of a directory are followed', async () => {
      const { store, project, base, user } = await house();
      user.git('branch', 'topic');
      await store.refresh(project);
      user.git('branch', '-D', 'topic');
      user.git('checkout', '--quiet', '--detach');
      user.git('branch', 'topic/deeper');
      expect(await store.refresh(project)).toEqual({ head: base });
    });

    test('a repository without a commit, a directory without one, and a directory inside of one are refused', async () => {
      const { directory, store, user } = await house();
      const empty = await userRepository(join(directory, 'empty'));
      const failing = { code: 'project_store_failed' };
      await expect(store.refresh(projectAt(empty.path))).rejects.toMatchObject({
        ...failing,
        message: expect.stringContaining('has no commit yet; make one first'),
      });
      await mkdir(join(directory, 'plain'));
      await expect(store.refresh(projectAt(join(directory, 'plain')))).rejects.toMatchObject({
        ...failing,
        message: expect.stringContaining('not a git repository'),
      });
      await user.commit({ 'deep/er/file': 'x' });
      await expect(store.refresh(projectAt(join(user.path, 'deep/er')))).rejects.toMatchObject({
        ...failing,
        remedy: `Make the repository itself the project: ${user.path}`,
      });
    });

    test('shallow, borrowing, linked and sha256 repositories are projects as well', async () => {
      const { directory, store, user } = await house();
      const head = await user.commit({ 'a.txt': 'second\n' });
      const shallow = join(directory, 'shallow');
      user.git('clone', '--quiet', '--depth=1', `file://${user.path}`, shallow);
      const borrowing = join(directory, 'borrowing');
      user.git('clone', '--quiet', '--shared', user.path, borrowing);
      const linked = join(directory, 'linked');
      user.git('worktree', 'add', '--quiet', '--detach', linked);
      for (const path of [shallow, borrowing, linked]) {
        const project = projectAt(path);
        expect(await store.refresh(project)).toEqual({ head });
        await store.start(project, { id: newRun(), branch: 'fusion/there', base: head });
      }
      expect(user.git('-C', shallow, 'rev-parse', 'fusion/there')).toBe(head);
      expect(user.git('-C', borrowing, 'rev-parse', 'fusion/there')).toBe(head);
      expect(user.git('rev-parse', 'fusion/there')).toBe(head);

      const modern = await userRepository(join(directory, 'modern'));
      modern.git('init', '--quiet', '--object-format=sha256', join(directory, 'modern256'));
      const sha256 = await userRepository(join(directory, 'modern256'));
      const long = await sha256.commit({ file: 'x' });
      expect(long).toHaveLength(64);
      expect(await store.refresh(projectAt(sha256.path))).toEqual({ head: long });
    });

    test('starting a run makes its branch in both places, and doing it again changes nothing', async () => {
      const { store, project, run, base, user } = await house();
      await store.refresh(project);
      expect(await store.head(project, run.branch)).toBeUndefined();
      await store.start(project, run);
      const before = await fingerprint(user.path);
      await store.start(project, run);
      expect(await store.head(project, run.branch)).toBe(base);
      expect(user.git('rev-parse', run.branch)).toBe(base);
      expect(await fingerprint(user.path)).toEqual(before);
    });

    test('only branches below fusion/ are ever written', async () => {
      const { store, project, base } = await house();
      await store.refresh(project);
      for (const branch of ['main', 'fusion', 'fusion/../main', 'fusion/-x', 'fusion/a b', 'fusion/x:refs/heads/main'])
        await expect(store.start(project, { id: newRun(), branch, base })).rejects.toMatchObject({
          code: 'project_store_failed',
        });
    });

    test("of the user's repository only the branch and objects change, to the byte, whatever hooks and settings it has", async () => {
      const { user, project, store, run, root, directory } = await house();
      await user.write({ 'a.txt': 'dirty\n', 'staged.txt': 's', 'stashed.txt': 't' });
      user.git('add', 'stashed.txt');
      user.git('stash', '--quiet');
      await user.write({ 'a.txt': 'dirty again\n', 'staged.txt': 's', 'untracked.txt': 'u' });
      user.git('add', 'staged.txt');
      const ranFile = join(directory, 'ran');
      const hooks = [
        'pre-receive',
        'update',
        'post-receive',
        'post-update',
        'reference-transaction',
        'push-to-checkout',
      ];
      for (const hook of [...hooks, 'pre-auto-gc', 'proc-receive', 'post-checkout', 'post-merge']) {
        await writeFile(join(user.path, '.git/hooks', hook), `#!/bin/sh\necho ${hook} >>'${ranFile}'\n`);
        await chmod(join(user.path, '.git/hooks', hook), 0o755);
      }
      user.git('config', 'core.fsmonitor', `echo fsmonitor >>'${ranFile}'; false`);
      user.git('config', 'receive.denyCurrentBranch', 'updateInstead');
      user.git('config', 'receive.updateServerInfo', 'true');
      user.git('config', 'gc.auto', '1');
      const own = ['.git/objects', '.git/refs/heads/fusion'];
      const before = await fingerprint(user.path, own);
      const objects = await fingerprint(join(user.path, '.git/objects'));

      const { head } = await store.refresh(project);
      expect(await fingerprint(join(user.path, '.git/objects'))).toEqual(objects);
      await store.start(project, { ...run, base: head });
      const commit = await workOfAnAgent(root, head, { 'agent.txt': 'done\n' });
      await store.integrate(project, { runId: run.id, branch: run.branch, commit, message: 'Land' });

      expect(await fingerprint(user.path, own)).toEqual(before);
      expect(await fingerprint(join(user.path, '.git/objects'))).toMatchObject(objects);
      expect(existsSync(ranFile)).toBe(false);
      expect(existsSync(join(user.path, '.git/FETCH_HEAD'))).toBe(false);
      expect(user.git('-c', 'core.fsmonitor=false', 'show', `${run.branch}:agent.txt`)).toBe('done');
      expect(user.git('for-each-ref', '--format=%(refname)')).toBe(
        'refs/heads/fusion/run-1\nrefs/heads/main\nrefs/stash',
      );
    });

    test('a first landing goes forward, a second is merged, and both are in the branch of the user', async () => {
      const { work, landing, store, project, user, userHead, run } = await running();
      const one = await work('one', { 'a.txt': 'changed\n' });
      const two = await work('two', { 'c.txt': 'new\n' });
      expect(await store.integrate(project, landing(one))).toEqual({ landed: true, commit: one });
      const second = await store.integrate(project, landing(two, 'Land the second'));
      const merge = userHead();
      expect(second).toEqual({ landed: true, commit: merge });
      expect(await store.head(project, run.branch)).toBe(merge);
      expect(user.git('log', '-1', '--format=%P|%an|%s', merge)).toBe(`${one} ${two}|fusion-kit|Land the second`);
      expect(user.git('show', `${merge}:a.txt`)).toBe('changed');
      expect(user.git('show', `${merge}:c.txt`)).toBe('new');
    });

    test('landing again changes nothing', async () => {
      const { work, landing, store, project, user } = await running();
      const one = await work('one', { 'a.txt': 'changed\n' });
      const two = await work('two', { 'c.txt': 'new\n' });
      await store.integrate(project, landing(one));
      const first = await store.integrate(project, landing(two));
      const before = await fingerprint(user.path);
      expect(await store.integrate(project, landing(two))).toEqual(first);
      expect(await store.integrate(project, landing(one))).toEqual(first);
      expect(await fingerprint(user.path)).toEqual(before);
    });

    test('a conflict names its files and both sides, and moves nothing', async () => {
      const { work, landing, store, project, run, userHead } = await running();
      const ours = await work('ours', { 'a.txt': 'ours\n', 'é b.txt': 'ours\n' });
      const theirs = await work('theirs', { 'a.txt': 'theirs\n', 'é b.txt': 'theirs\n', 'fine.txt': 'fine\n' });
      await store.integrate(project, landing(ours));
      expect(await store.integrate(project, landing(theirs))).toEqual({
        landed: false,
        conflict: { files: ['a.txt', 'é b.txt'], ours, theirs },
      });
      expect(await store.head(project, run.branch)).toBe(ours);
      expect(userHead()).toBe(ours);
    });

    test('landings at once, also by two processes, all land', async () => {
      const { work, landing, store, project, root, user, userHead, run } = await running();
      const commits: string[] = [];
      for (let at = 0; at < 6; at++) commits.push(await work(`w${at}`, { [`file-${at}.txt`]: 'x\n' }));
      const other = open(root);
      const all = await Promise.all(
        commits.map((commit, at) => (at % 2 ? store : other).integrate(project, landing(commit))),
      );
      expect(all.every(({ landed }) => landed)).toBe(true);
      expect(userHead()).toBe(await store.head(project, run.branch));
      expect(
        user
          .git('ls-tree', '--name-only', run.branch)
          .split('\n')
          .filter((path) => path.startsWith('file-')),
      ).toHaveLength(6);
    });

    test('a crash between the store and the user is made up for by the next landing', async () => {
      const { work, landing, store, project, user, userHead, run, base } = await running();
      const one = await work('one', { 'a.txt': 'changed\n' });
      await store.integrate(project, landing(one));
      user.git('update-ref', `refs/heads/${run.branch}`, base);
      expect(await store.integrate(project, landing(one))).toEqual({ landed: true, commit: one });
      expect(userHead()).toBe(one);
      user.git('branch', '--quiet', '-D', run.branch);
      await store.start(project, run);
      expect(userHead()).toBe(one);
    });

    test('a branch that is checked out is refused before anything lands', async () => {
      const { work, landing, store, project, user, run, base, directory } = await running();
      const one = await work('one', { 'a.txt': 'changed\n' });
      user.git('worktree', 'add', '--quiet', join(directory, 'tree of run'), run.branch);
      await expect(store.integrate(project, landing(one))).rejects.toMatchObject({
        code: 'project_store_failed',
        message: expect.stringContaining(`is checked out in ${join(directory, 'tree of run')}`),
      });
      expect(await store.head(project, run.branch)).toBe(base);
    });

    test('commits of the user on the branch of a run are never overwritten', async () => {
      const { work, landing, store, project, user, run, base, userHead } = await running();
      const one = await work('one', { 'a.txt': 'changed\n' });
      const tree = user.git('rev-parse', 'HEAD^{tree}');
      const own = user.git('commit-tree', tree, '-p', base, '-m', 'mine');
      user.git('update-ref', `refs/heads/${run.branch}`, own);
      await expect(store.integrate(project, landing(one))).rejects.toMatchObject({
        code: 'project_store_failed',
        message: expect.stringContaining('holds commits that fusion-kit did not make'),
      });
      expect(userHead()).toBe(own);
      expect(await store.head(project, run.branch)).toBe(base);
    });

    test('what the store does not have is refused by name', async () => {
      const { landing, store, project, base } = await running();
      const unknown = '2'.repeat(40);
      await expect(store.integrate(project, landing(unknown))).rejects.toMatchObject({
        message: expect.stringContaining(unknown),
      });
      await expect(
        store.integrate(project, { ...landing(base), branch: 'fusion/never-started' }),
      ).rejects.toMatchObject({ message: expect.stringContaining('fusion/never-started') });
    });
  });
}
