import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProjectStore, Workspace, Workspaces } from '@fusion-kit/domain/ports/workspaces';
import { describe, expect, test } from 'vitest';
import {
  newAgent,
  newDispatch,
  newRun,
  projectAt,
  runLine,
  scratchDirectory,
  userRepository,
} from './workspaces-scratch.ts';
import { workspaceRunConformance } from './workspaces-run-conformance.ts';

export interface WorkspacesUnderTest {
  store: ProjectStore;
  workspaces: Workspaces;
}

const inWorkspace = (workspace: Workspace, script: string): string => {
  const { exitCode, output } = runLine(workspace.cage('/bin/sh', ['-euc', script]));
  if (exitCode !== 0) throw new Error(`${script} ended with ${exitCode}: ${output}`);
  return output;
};

/** What workspaces of git projects promise; an adapter's test is one call of this. `open` gets an empty directory to keep everything in. */
export function workspacesConformance(name: string, open: (root: string) => Promise<WorkspacesUnderTest>): void {
  async function house() {
    const directory = await scratchDirectory();
    const user = await userRepository(join(directory, 'my project'));
    await user.commit({ 'read me.txt': 'hello\n', '.gitignore': 'ignored/\n', 'old.txt': 'old\n' });
    const project = projectAt(user.path);
    const { store, workspaces } = await open(join(directory, 'data'));
    const { head } = await store.refresh(project);
    const agent = newAgent();
    const workspace = await workspaces.open(agent, project);
    return { user, project, store, workspaces, head, agent, workspace };
  }

  const signal = new AbortController().signal;

  workspaceRunConformance(name, async () => {
    const { workspace, head } = await house();
    await workspace.begin({ id: newDispatch(), base: head });
    return workspace;
  });

  describe(`${name}: workspaces`, () => {
    test('an agent starts on a branch of its own at the base, without what the user has not committed', async () => {
      const { user, workspace, head } = await house();
      await user.write({ 'read me.txt': 'dirty\n', 'secret draft.txt': 'draft' });
      const id = newDispatch();
      await workspace.begin({ id, base: head });
      expect(
        inWorkspace(workspace, 'git rev-parse HEAD && git branch --show-current && ls && git status --short'),
      ).toBe(`${head}\nfusion/${id}\nold.txt\nread me.txt\n`);
      expect(await readFile(join(workspace.path, 'read me.txt'), 'utf8')).toBe('hello\n');
    });

    test('a snapshot is one commit by the agent with every change that is not ignored', async () => {
      const { workspace, head, store, user, project } = await house();
      const id = newDispatch();
      await workspace.begin({ id, base: head });
      inWorkspace(
        workspace,
        `echo more >>'read me.txt'; echo n >'new é.txt'; rm old.txt; mkdir ignored; echo i >ignored/file`,
      );
      const snapshot = await workspace.snapshot({ id, base: head, message: 'Do it\n\nwell', author: 'Ada' });
      expect(snapshot.base).toBe(head);
      expect(snapshot.files).toEqual([
        { path: 'new é.txt', change: 'added' },
        { path: 'old.txt', change: 'deleted' },
        { path: 'read me.txt', change: 'modified' },
      ]);
      const run = { id: newRun(), branch: 'fusion/one', base: head };
      await store.start(project, run);
      const commit = snapshot.commit ?? '';
      expect(await store.integrate(project, { runId: run.id, branch: run.branch, commit, message: 'unused' })).toEqual({
        landed: true,
        commit,
      });
      expect(user.git('log', '-1', '--format=%an <%ae>%n%B', 'fusion/one')).toBe(
        'Ada <agent@fusion-kit.invalid>\nDo it\n\nwell',
      );
    });

    test('a rename is told as one', async () => {
      const { workspace, head } = await house();
      const id = newDispatch();
      await workspace.begin({ id, base: head });
      inWorkspace(workspace, 'mv old.txt renamed.txt');
      const { files } = await workspace.snapshot({ id, base: head, message: 'Rename', author: 'Ada' });
      expect(files).toEqual([{ path: 'renamed.txt', change: 'renamed', from: 'old.txt' }]);
    });

    test('a snapshot without changes has no commit', async () => {
      const { workspace, head } = await house();
      const id = newDispatch();
      await workspace.begin({ id, base: head });
      expect(await workspace.snapshot({ id, base: head, message: 'Nothing', author: 'Ada' })).toEqual({
        base: head,
        files: [],
      });
    });

    test("an agent's own commits are kept, and a history it rewrote is put onto the base as one commit", async () => {
      const { workspace, head, store, project } = await house();
      const id = newDispatch();
      await workspace.begin({ id, base: head });
      inWorkspace(workspace, 'echo 1 >one && git add one && git commit -qm one && echo 2 >two');
      const grown = await workspace.snapshot({ id, base: head, message: 'two', author: 'Ada' });
      expect(grown.files.map(({ path }) => path)).toEqual(['one', 'two']);
      expect(inWorkspace(workspace, `git log --format=%s ${head}..HEAD`)).toBe('two\none\n');

      inWorkspace(workspace, 'git checkout -q --orphan elsewhere && git commit -qm "from nothing"');
      const rewritten = await workspace.snapshot({ id, base: head, message: 'all', author: 'Ada' });
      expect(rewritten.files.map(({ path }) => path)).toEqual(['one', 'two']);
      const run = { id: newRun(), branch: 'fusion/rewritten', base: head };
      await store.start(project, run);
      const commit = rewritten.commit ?? '';
      expect(await store.integrate(project, { runId: run.id, branch: run.branch, commit, message: 'm' })).toEqual({
        landed: true,
        commit,
      });
    });

    test('a link out of the tree is committed as a link and not as what it names', async () => {
      const { workspace, head, user, store, project } = await house();
      const id = newDispatch();
      await workspace.begin({ id, base: head });
      inWorkspace(workspace, 'ln -s /etc/passwd link');
      const { commit = '' } = await workspace.snapshot({ id, base: head, message: 'Link', author: 'Ada' });
      const run = { id: newRun(), branch: 'fusion/link', base: head };
      await store.start(project, run);
      await store.integrate(project, { runId: run.id, branch: run.branch, commit, message: 'm' });
      expect(user.git('ls-tree', 'fusion/link', 'link')).toMatch(/^120000 /);
      expect(user.git('cat-file', '-p', 'fusion/link:link')).toBe('/etc/passwd');
    });

    test('the next task starts clean, keeps ignored files, and what lay about is still in the store', async () => {
      const { workspace, head, user, store, project } = await house();
      await workspace.begin({ id: newDispatch(), base: head });
      inWorkspace(workspace, 'echo half >half-done; mkdir ignored; echo warm >ignored/cache; touch .git/index.lock');
      await workspace.begin({ id: newDispatch(), base: head });
      expect(inWorkspace(workspace, 'ls; git status --short; cat ignored/cache')).toBe(
        'ignored\nold.txt\nread me.txt\nwarm\n',
      );
      const [left = ''] = inWorkspace(
        workspace,
        'git -C "$(git remote get-url origin)" for-each-ref --format="%(objectname)" refs/fusion/leftovers',
      ).split('\n');
      const run = { id: newRun(), branch: 'fusion/left', base: head };
      await store.start(project, run);
      await store.integrate(project, { runId: run.id, branch: run.branch, commit: left, message: 'm' });
      expect(user.git('show', 'fusion/left:half-done')).toBe('half');
    });

    test('resuming goes on with what an interrupted dispatch left', async () => {
      const { workspace, workspaces, head, agent, project } = await house();
      const previous = newDispatch();
      await workspace.begin({ id: previous, base: head });
      inWorkspace(workspace, 'echo half >half-done');
      const again = await workspaces.open(agent, project);
      const id = newDispatch();
      expect(await again.resume({ id, base: head, previous })).toBe(true);
      expect(inWorkspace(again, 'cat half-done; git branch --show-current')).toBe(`half\nfusion/${id}\n`);
      const { files } = await again.snapshot({ id, base: head, message: 'm', author: 'Ada' });
      expect(files).toEqual([{ path: 'half-done', change: 'added' }]);
    });

    test('resuming brings back from the store what another task came after, and keeps what that one left', async () => {
      const { workspace, head } = await house();
      const [first, second, third] = [newDispatch(), newDispatch(), newDispatch()];
      await workspace.begin({ id: first, base: head });
      inWorkspace(workspace, 'echo one >one');
      await workspace.begin({ id: second, base: head });
      inWorkspace(workspace, 'echo two >two');
      expect(await workspace.resume({ id: third, base: head, previous: first })).toBe(true);
      expect(inWorkspace(workspace, 'ls; git branch --show-current')).toBe(
        `old.txt\none\nread me.txt\nfusion/${third}\n`,
      );
      const { files } = await workspace.snapshot({ id: third, base: head, message: 'm', author: 'Ada' });
      expect(files).toEqual([{ path: 'one', change: 'added' }]);
      await workspace.resume({ id: newDispatch(), base: head, previous: second });
      expect(inWorkspace(workspace, 'ls')).toBe('old.txt\nread me.txt\ntwo\n');
      await workspace.resume({ id: newDispatch(), base: head, previous: third });
      expect(inWorkspace(workspace, 'ls')).toBe('old.txt\none\nread me.txt\n');
    });

    test.each(['where it lies', 'brought back'])(
      'resumed work (%s) counts against its own beginning, so what landed meanwhile stays',
      async (how) => {
        const { workspace, workspaces, store, user, head, project } = await house();
        const run = { id: newRun(), branch: 'fusion/gone-on', base: head };
        await store.start(project, run);
        const land = async (commit: string | undefined) => {
          const landing = { runId: run.id, branch: run.branch, commit: commit ?? '', message: 'm' };
          const landed = await store.integrate(project, landing);
          return landed.landed ? landed.commit : '';
        };
        const previous = newDispatch();
        await workspace.begin({ id: previous, base: head });
        inWorkspace(workspace, 'echo mine >mine');
        const other = await workspaces.open(newAgent(), project);
        const theirs = newDispatch();
        await other.begin({ id: theirs, base: head });
        inWorkspace(other, 'echo theirs >theirs');
        const moved = await land(
          (await other.snapshot({ id: theirs, base: head, message: 'm', author: 'Bob' })).commit,
        );
        if (how === 'brought back') await workspace.begin({ id: newDispatch(), base: moved });
        const id = newDispatch();
        await workspace.resume({ id, base: moved, previous });
        const snapshot = await workspace.snapshot({ id, base: moved, message: 'm', author: 'Ada' });
        expect(snapshot).toMatchObject({ base: head, files: [{ path: 'mine', change: 'added' }] });
        await land(snapshot.commit);
        expect(user.git('ls-tree', '--name-only', run.branch).split('\n')).toEqual(
          expect.arrayContaining(['mine', 'theirs']),
        );
      },
    );

    test.each(['where it lies', 'brought back'])(
      'resuming (%s) does not mind a dispatch in between that said nothing',
      async (how) => {
        const { workspace, head } = await house();
        const [first, silent, third] = [newDispatch(), newDispatch(), newDispatch()];
        await workspace.begin({ id: first, base: head });
        inWorkspace(workspace, 'echo mine >mine');
        await workspace.resume({ id: silent, base: head, previous: first });
        if (how === 'brought back') await workspace.begin({ id: newDispatch(), base: head });
        await workspace.resume({ id: third, base: head, previous: first });
        expect(inWorkspace(workspace, 'cat mine')).toBe('mine\n');
      },
    );

    test('resuming where nothing was begun, or is left, begins and says so', async () => {
      const { workspace, head } = await house();
      expect(await workspace.resume({ id: newDispatch(), base: head, previous: newDispatch() })).toBe(false);
      expect(inWorkspace(workspace, 'git rev-parse HEAD')).toBe(`${head}\n`);
    });

    test('an agent that broke its repository gets a new one for its next task', async () => {
      const { workspace, head } = await house();
      await workspace.begin({ id: newDispatch(), base: head });
      await writeFile(join(workspace.path, '.git', 'HEAD'), 'nonsense');
      await workspace.begin({ id: newDispatch(), base: head });
      expect(inWorkspace(workspace, 'git rev-parse HEAD')).toBe(`${head}\n`);
    });

    test('a base that the store does not have is refused before anything is touched', async () => {
      const { workspace, head } = await house();
      await workspace.begin({ id: newDispatch(), base: head });
      await writeFile(join(workspace.path, 'kept.txt'), 'kept');
      await expect(workspace.begin({ id: newDispatch(), base: '1'.repeat(40) })).rejects.toMatchObject({
        code: 'workspace_failed',
      });
      expect(await readFile(join(workspace.path, 'kept.txt'), 'utf8')).toBe('kept');
    });

    test('a workspace is closed to other users of the machine and has the same path each time', async () => {
      const { workspace, workspaces, agent, project } = await house();
      const { mode } = await stat(join(workspace.path, '..'));
      expect(mode & 0o777).toBe(0o700);
      expect((await workspaces.open(agent, project)).path).toBe(workspace.path);
    });

    test('an agent has a HOME of its own, closed to others, that it can write, that its next task finds and that goes with it', async () => {
      const { workspace, workspaces, head, agent, project } = await house();
      await workspace.begin({ id: newDispatch(), base: head });
      expect((await stat(workspace.home)).mode & 0o777).toBe(0o700);
      expect(workspace.home.startsWith(join(workspace.path, '/'))).toBe(false);
      inWorkspace(workspace, 'echo kept >"$HOME/.settings"');
      await workspace.begin({ id: newDispatch(), base: head });
      expect(await readFile(join(workspace.home, '.settings'), 'utf8')).toBe('kept\n');
      const other = await workspaces.open(newAgent(), project);
      expect(other.home).not.toBe(workspace.home);
      await workspaces.remove(agent, project);
      await expect(stat(workspace.home)).rejects.toMatchObject({ code: 'ENOENT' });
    });

    test('removing keeps every branch in the store, and opening again makes a new workspace', async () => {
      const { workspace, workspaces, head, agent, project } = await house();
      await workspace.begin({ id: newDispatch(), base: head });
      inWorkspace(
        workspace,
        'git checkout -qb side && echo s >side && git add side && git commit -qm side && echo x >x',
      );
      const side = inWorkspace(workspace, 'git rev-parse side').trim();
      await workspaces.remove(agent, project);
      await expect(readdir(workspace.path)).rejects.toMatchObject({ code: 'ENOENT' });
      const fresh = await workspaces.open(agent, project);
      await fresh.begin({ id: newDispatch(), base: side });
      expect(inWorkspace(fresh, 'ls')).toContain('side');
      await workspaces.remove(newAgent(), project);
    });

    test('verification sees the commit and nothing else, after setup', async () => {
      const { workspace, workspaces, head, project } = await house();
      const id = newDispatch();
      await workspace.begin({ id, base: head });
      inWorkspace(workspace, 'echo done >done.txt; mkdir ignored; echo i >ignored/file');
      const { commit = '' } = await workspace.snapshot({ id, base: head, message: 'm', author: 'Ada' });
      const result = await workspaces.verify(
        { project, commit, setup: ['echo tool >tool'], commands: ['ls', 'test -f done.txt'], timeoutMs: 30_000 },
        signal,
      );
      expect(result).toMatchObject({
        passed: true,
        sandbox: workspace.sandbox,
        checks: [
          { command: 'ls', exitCode: 0, output: 'done.txt\nold.txt\nread me.txt\ntool\n' },
          { command: 'test -f done.txt', exitCode: 0, output: '' },
        ],
      });
    });

    test('verification stops at the first command that fails and shows what it said', async () => {
      const { workspaces, head, project } = await house();
      const commands = ['true', 'echo out; echo err >&2; exit 3', 'echo never'];
      const result = await workspaces.verify({ project, commit: head, setup: [], commands, timeoutMs: 30_000 }, signal);
      expect(result.passed).toBe(false);
      expect(result.checks.map(({ exitCode }) => exitCode)).toEqual([0, 3]);
      expect(result.checks[1]?.output).toContain('out\n');
      expect(result.checks[1]?.output).toContain('err\n');
    });

    test('a setup command that fails is named, with what it said', async () => {
      const { workspaces, head, project } = await house();
      const check = { project, commit: head, setup: ['echo why; exit 9'], commands: ['true'], timeoutMs: 30_000 };
      await expect(workspaces.verify(check, signal)).rejects.toMatchObject({
        code: 'setup_failed',
        message: expect.stringContaining('echo why; exit 9'),
        details: { output: 'why\n' },
      });
    });

    test('a command that takes too long is stopped and has no exit code', async () => {
      const { workspaces, head, project } = await house();
      const check = { project, commit: head, setup: [], commands: ['echo begun; sleep 1000'], timeoutMs: 2_000 };
      const { passed, checks } = await workspaces.verify(check, signal);
      expect(passed).toBe(false);
      expect(checks[0]).toMatchObject({ exitCode: null, output: 'begun\n\n[stopped after 2000 ms]' });
    });

    test('of endless output the end is kept', async () => {
      const { workspaces, head, project } = await house();
      const command = 'i=0; while [ $i -lt 60000 ]; do echo "line $i of far too many"; i=$((i+1)); done; echo the end';
      const { checks } = await workspaces.verify(
        { project, commit: head, setup: [], commands: [command], timeoutMs: 30_000 },
        signal,
      );
      expect(checks[0]?.output.length).toBeLessThan(1_100_000);
      expect(checks[0]?.output).toMatch(/^\[\d+ bytes left out\]/);
      expect(checks[0]?.output.endsWith('the end\n')).toBe(true);
    });

    test('a stop ends verification, and no checkout stays behind', async () => {
      const { workspaces, head, project, workspace } = await house();
      const stop = new AbortController();
      const check = { project, commit: head, setup: [], commands: ['sleep 1000'], timeoutMs: 60_000 };
      const verifying = workspaces.verify(check, stop.signal);
      stop.abort(new Error('stopped by a person'));
      await expect(verifying).rejects.toThrow('stopped by a person');
      expect(await readdir(join(workspace.path, '../../../checkouts'))).toEqual([]);
    });
  });
}
