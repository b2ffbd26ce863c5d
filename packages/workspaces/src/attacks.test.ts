import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Sandbox } from '@fusion-kit/domain/ports/sandbox';
import type { Workspace } from '@fusion-kit/domain/ports/workspaces';
import {
  fingerprint,
  newAgent,
  newDispatch,
  newRun,
  processesIn,
  projectAt,
  runLine,
  scratchDirectory,
  userRepository,
} from '@fusion-kit/testing/workspaces-scratch';
import { expect, test } from 'vitest';
import { gitWorkspaces } from './clone-workspaces.ts';
import { git } from './git.ts';
import { gitProjectStore } from './project-store.ts';
import { detectSandbox } from './sandbox/detect.ts';
import { noSandbox } from './sandbox/none.ts';

async function bubblewrap(): Promise<Sandbox> {
  const { sandbox, problems } = await detectSandbox();
  if (sandbox) return sandbox;
  throw new Error(problems.map(({ what, remedy }) => `These tests need bubblewrap. ${what}. ${remedy}`).join(' '));
}

/** A project with a secret beside it, and an agent that has begun a task. */
async function house({ sandbox, collectedBytesMax = 1e9 }: { sandbox?: Sandbox; collectedBytesMax?: number } = {}) {
  const directory = await scratchDirectory();
  const user = await userRepository(join(directory, 'project'));
  await user.commit({ 'a.txt': 'a\n' });
  const project = projectAt(user.path);
  const root = join(directory, 'data');
  const store = gitProjectStore({ root, collectedBytesMax });
  const workspaces = gitWorkspaces({ root, store, sandbox: sandbox ?? (await bubblewrap()) });
  const { head } = await store.refresh(project);
  const agent = newAgent();
  const workspace = await workspaces.open(agent, project);
  const id = newDispatch();
  await workspace.begin({ id, base: head });
  const snapshot = () => workspace.snapshot({ id, base: head, message: 'Work', author: 'Ada' });
  return {
    directory,
    user,
    project,
    store,
    storePath: store.path(project.id),
    workspaces,
    head,
    agent,
    workspace,
    snapshot,
  };
}

const attack = (workspace: Workspace, script: string): string => {
  const { exitCode, output } = runLine(workspace.cage('/bin/sh', ['-c', script]));
  return `${output}${exitCode}`;
};

test('an agent that overwrites every object it can reach changes none of the store or of the user', async () => {
  const { workspace, user, storePath, head, snapshot } = await house();
  const objects = [join(user.path, '.git/objects'), join(storePath, 'objects')];
  const before = await Promise.all(objects.map((path) => fingerprint(path)));
  attack(
    workspace,
    `echo x >>a.txt; git commit -qam x; store=$(cat .git/objects/info/alternates)
     for file in $(find "$store" .git/objects -type f); do chmod u+w "$file"; echo broken >"$file"; done
     chmod u+w "$store/.."; echo broken >"$store/../config"; rm -rf "$store"; echo planted >"$store/planted"`,
  );
  expect(await Promise.all(objects.map((path) => fingerprint(path)))).toEqual(before);
  await expect(snapshot()).rejects.toMatchObject({ code: 'workspace_failed' });
  expect(user.git('fsck', '--strict')).toBe('');
  await workspace.begin({ id: newDispatch(), base: head });
  expect(attack(workspace, 'cat a.txt')).toBe('a\n0');
});

/** Makes a repository in which every git command has something to run: monitors, hooks, filters, drivers, helpers. */
const BOOBY_TRAP = (ran: string): string => `
  trap="echo ran >>'${ran}'; cat"
  printf '#!/bin/sh\\n%s\\n' "echo ran >>'${ran}'" >trap.sh; chmod +x trap.sh
  git config core.fsmonitor "'$PWD/trap.sh'"
  git config core.hooksPath "$PWD/hooks"
  git config core.alternateRefsCommand "'$PWD/trap.sh'"
  git config core.sshCommand "'$PWD/trap.sh'"
  git config core.editor "'$PWD/trap.sh'"
  git config gpg.program "'$PWD/trap.sh'"; git config commit.gpgSign true
  git config uploadpack.packObjectsHook "'$PWD/trap.sh'"
  git config diff.external "'$PWD/trap.sh'"
  git config diff.evil.textconv "$trap"; git config diff.evil.command "$trap"
  git config filter.evil.clean "$trap"; git config filter.evil.smudge "$trap"
  git config merge.evil.driver "$trap"
  printf '* filter=evil diff=evil merge=evil\\n' >.gitattributes
  mkdir -p hooks .git/hooks
  for hook in pre-commit commit-msg post-commit post-checkout reference-transaction post-index-change pre-auto-gc post-merge; do
    cp trap.sh "hooks/$hook"; cp trap.sh ".git/hooks/$hook"
  done
  echo changed >>a.txt; echo new >new.txt`;

test('nothing that an agent plants in its repository runs on the host', async () => {
  const { workspace, workspaces, directory, snapshot, store, project, head, agent, user } = await house();
  const ran = join(directory, 'ran');
  attack(workspace, BOOBY_TRAP(ran));
  const { commit = '' } = await snapshot();
  const run = { id: newRun(), branch: 'fusion/trap', base: head };
  await store.start(project, run);
  await store.integrate(project, { runId: run.id, branch: run.branch, commit, message: 'Land' });
  const check = { project, commit, setup: [], commands: ['cat new.txt'], timeoutMs: 30_000 };
  const { passed } = await workspaces.verify(check, new AbortController().signal);
  await workspace.begin({ id: newDispatch(), base: commit });
  await workspaces.remove(agent, project);
  expect(passed).toBe(true);
  expect(user.git('show', 'fusion/trap:new.txt')).toBe('new');
  expect(existsSync(ran)).toBe(false);
});

test('the same trap does run where git is not kept from it, so the test above can fail', async () => {
  const { workspace, directory } = await house();
  const ran = join(directory, 'ran');
  attack(workspace, BOOBY_TRAP(ran));
  runLine({
    command: 'git',
    args: ['status'],
    cwd: workspace.path,
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
  });
  expect(existsSync(ran)).toBe(true);
});

test('without a cage, hooks and monitors that an agent plants are not run by fusion-kit', async () => {
  const { workspace, directory, snapshot } = await house({ sandbox: noSandbox() });
  const ran = join(directory, 'ran');
  attack(workspace, `${BOOBY_TRAP(ran)}\nrm .gitattributes`);
  // What the agent's own git commands ran while it set the trap does not count.
  await writeFile(ran, '');
  const { files } = await snapshot();
  await workspace.begin({ id: newDispatch() });
  expect(files).not.toEqual([]);
  expect(await readFile(ran, 'utf8')).toBe('');
});

test.each([
  ['in a cage', bubblewrap],
  ['without one', () => Promise.resolve(noSandbox())],
])(
  'a clone that names the secret repository of somebody else brings none of it into the store, %s',
  async (_where, cage) => {
    const { workspace, directory, storePath, snapshot, agent, workspaces, project } = await house({
      sandbox: await cage(),
    });
    const secret = await userRepository(join(directory, 'secret'));
    const commit = await secret.commit({ 'key.txt': 'the key\n' });
    attack(
      workspace,
      `printf '%s\\n' '${join(secret.path, '.git/objects')}' >>.git/objects/info/alternates
     mkdir -p .git/refs/fusion; echo ${commit} >.git/refs/heads/stolen; echo ${commit} >.git/refs/fusion/snapshot
     echo ${commit} >.git/HEAD`,
    );
    await expect(snapshot()).rejects.toMatchObject({ code: 'workspace_failed' });
    await expect(workspaces.remove(agent, project)).rejects.toMatchObject({ code: 'workspace_failed' });
    await expect(git(['--git-dir', storePath, 'cat-file', '-e', commit], { doing: 'Looking' })).rejects.toThrow(
      'Looking',
    );
  },
);

test('a commit that is too large is refused, and nothing of it stays in the store', async () => {
  const { workspace, storePath, snapshot } = await house({ collectedBytesMax: 1_000_000 });
  attack(workspace, 'head -c 3000000 /dev/urandom >large.bin');
  await expect(snapshot()).rejects.toMatchObject({ code: 'workspace_failed' });
  expect(Object.keys(await fingerprint(storePath)).filter((path) => path.includes('tmp_'))).toEqual([]);
  attack(workspace, 'rm large.bin; git reset --hard HEAD~1; echo small >small.txt');
  expect((await snapshot()).files).toEqual([{ path: 'small.txt', change: 'added' }]);
});

test('a history that holds a tree with a .git in it, which would plant hooks where it is checked out, is refused', async () => {
  const { workspace, snapshot } = await house();
  const planted = attack(
    workspace,
    `blob=$(echo x | git hash-object -w --stdin)
     hooks=$(printf '100755 blob %s\\tpost-checkout\\n' "$blob" | git mktree)
     tree=$(printf '040000 tree %s\\t.git\\n' "$hooks" | git mktree)
     git update-ref HEAD "$(git commit-tree "$tree" -p HEAD -m evil)" && git ls-tree -r --name-only HEAD`,
  );
  expect(planted).toBe('.git/post-checkout\n0');
  await expect(snapshot()).rejects.toMatchObject({
    code: 'workspace_failed',
    message: expect.stringContaining('hasDotgit'),
  });
});

test("an agent can read neither another one's workspace nor the files of the user, and write nothing outside of its own", async () => {
  const { workspace, workspaces, project, directory, user, storePath } = await house();
  const other = await workspaces.open(newAgent(), project);
  await other.begin({ id: newDispatch() });
  await writeFile(join(other.path, 'plan.txt'), 'secret plan');
  await writeFile(join(user.path, '.env'), 'KEY=1');
  for (const path of [join(other.path, 'plan.txt'), join(user.path, '.env'), '/etc/shadow'])
    expect(attack(workspace, `cat '${path}' || ls '${path}'`)).toMatch(/No such file or directory/);
  // Directories that lead to the Node of this checkout may exist; nothing of the user is in them.
  const found =
    'find / \\( -path /usr -o -path /proc \\) -prune -o \\( -name plan.txt -o -name .env -o -name .bashrc \\) -print';
  expect(attack(workspace, found)).not.toContain('/');
  const outside = [join(storePath, 'planted'), join(directory, 'planted'), '/usr/planted', '/etc/planted', '/planted'];
  for (const path of outside) attack(workspace, `echo x >'${path}'`);
  expect(outside.filter((path) => existsSync(path))).toEqual([]);
  expect(attack(workspace, `ln -s '${join(other.path, 'plan.txt')}' link; cat link`)).toContain('No such file');
});

test('an agent has the environment it was given and not that of the host, which the arguments of its process do not show', async () => {
  const { workspace } = await house();
  process.env['FUSION_KIT_TEST_SECRET'] = 'the key';
  const line = workspace.cage('/bin/sh', ['-c', 'env; cat /proc/*/environ | tr "\\0" "\\n"'], {
    env: { TOKEN: 'own token' },
  });
  delete process.env['FUSION_KIT_TEST_SECRET'];
  const { output } = runLine(line);
  expect(output).toContain('TOKEN=own token');
  expect(output).not.toContain('FUSION_KIT_TEST_SECRET');
  expect(line.args.join(' ')).not.toContain('own token');
});

test('an agent has no network, not even the loopback of the host, but one of its own', async () => {
  const { workspace } = await house();
  const server = createServer((socket) => socket.end('reached'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const reach = `require('node:net').connect(${port},'127.0.0.1').on('data',d=>console.log(String(d))).on('error',e=>console.log(e.code))`;
  const line = workspace.cage(process.execPath, ['-e', reach]);
  const said = await new Promise<string>((resolve) => {
    let text = '';
    const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env });
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.once('close', () => resolve(text.trim()));
  });
  await new Promise((resolve) => server.close(resolve));
  expect(said).toBe('ECONNREFUSED');
  const own = `const s=require('node:net').createServer(c=>c.end('own')).listen(0,'127.0.0.1',()=>require('node:net').connect(s.address().port,'127.0.0.1').on('data',d=>{console.log(String(d));s.close()}))`;
  expect(runLine(workspace.cage(process.execPath, ['-e', own])).output).toBe('own\n');
});

test('killing the command leaves no process of the cage, also none that left its session', async () => {
  const { workspace, directory } = await house();
  await chmod(directory, 0o700);
  const line = workspace.cage('/bin/sh', [
    '-c',
    'setsid sh -c "while :; do date +%s%N >beat; sleep 0.02; done" & echo started; sleep 1000',
  ]);
  const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await expect.poll(() => existsSync(join(workspace.path, 'beat'))).toBe(true);
  child.kill('SIGKILL');
  // The pipes close when the last process that holds them is gone: the one in its own session as well.
  await new Promise((resolve) => child.once('close', resolve));
  expect(processesIn(workspace.path)).toEqual([]);
});
