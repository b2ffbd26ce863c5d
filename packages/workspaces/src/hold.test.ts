import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workspace } from '@fusion-kit/domain/ports/workspaces';
import {
  newAgent,
  newDispatch,
  projectAt,
  runLine,
  scratchDirectory,
  userRepository,
} from '@fusion-kit/testing/workspaces-scratch';
import { describe, expect, test } from 'vitest';
import { gitProjectStore } from './project-store.ts';
import { detectSandbox } from './sandbox/detect.ts';
import { detectLimits } from './sandbox/limits/detect-limits.ts';
import { leashes } from './sandbox/limits/leashes.ts';
import { workspaces } from './workspaces.ts';

const { sandbox } = await detectSandbox();
const means = await detectLimits();

/** An agent that has begun a task, on a leash of 16 MB. */
async function begun(kind: 'git' | 'directory') {
  if (!sandbox) throw new Error('these tests need bubblewrap');
  const directory = await scratchDirectory();
  const root = join(directory, 'data');
  const user = await userRepository(join(directory, 'project'));
  await user.commit({ 'a.txt': 'a\n' });
  await mkdir(root);
  const rooms = workspaces({ root, sandbox, store: gitProjectStore({ root }), leashes: leashes(root, means) });
  const [agent, project] = [newAgent(), projectAt(user.path, kind)];
  const workspace = await rooms.open(agent, project);
  const leash = await workspace.leash!({ workspaceMb: 16 }, () => {});
  const id = newDispatch();
  await workspace.begin({ id });
  return { root, workspace, leash, id, open: () => rooms.open(agent, project) };
}

const fill = (workspace: Workspace, directory: string) =>
  runLine(workspace.cage('/bin/sh', ['-c', 'head -c 20000000 /dev/zero >"$0/large"; echo kept >~/note', directory]));

describe('what has outgrown its limit', () => {
  test('is removed with its release, and the next begins anew in the same place; the HOME stays where it fits', async () => {
    const { workspace, leash, id, open } = await begun('git');
    fill(workspace, workspace.path);
    await expect(leash.check()).rejects.toMatchObject({ code: 'disk_limit' });
    await leash.release();
    const next = await open();
    expect(next.path).toBe(workspace.path);
    expect(await next.resume({ id: newDispatch(), previous: id })).toBe(false);
    expect((await readdir(next.path)).toSorted()).toEqual(['.git', 'a.txt']);
    expect(await readFile(join(next.home, 'note'), 'utf8')).toBe('kept\n');
  });

  test('is removed from the HOME where it lies there', async () => {
    const { workspace, leash, open } = await begun('git');
    fill(workspace, workspace.home);
    await expect(leash.check()).rejects.toMatchObject({ code: 'disk_limit' });
    await leash.release();
    expect(await readdir((await open()).home)).toEqual([]);
  });

  test('is put aside where the copy is all there is of the work', async () => {
    const { workspace, leash, root, open } = await begun('directory');
    await writeFile(join(workspace.path, 'work.txt'), 'work');
    fill(workspace, workspace.path);
    await expect(leash.check()).rejects.toMatchObject({ code: 'disk_limit' });
    await leash.release();
    const [aside = ''] = await readdir(join(root, 'trash'));
    expect(await readFile(join(root, 'trash', aside, 'tree/work.txt'), 'utf8')).toBe('work');
    expect(existsSync(join((await open()).path, 'large'))).toBe(false);
  });
});

test('what has not stays as it is', async () => {
  const { workspace, leash, id, open } = await begun('git');
  await writeFile(join(workspace.path, 'begun.txt'), 'begun');
  await leash.check();
  await leash.release();
  const next = await open();
  expect(await next.resume({ id: newDispatch(), previous: id })).toBe(true);
  expect(existsSync(join(next.path, 'begun.txt'))).toBe(true);
});
