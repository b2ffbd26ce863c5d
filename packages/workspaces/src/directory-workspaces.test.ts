import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  fingerprint,
  newAgent,
  newDispatch,
  projectAt,
  runLine,
  scratchDirectory,
} from '@fusion-kit/testing/workspaces-scratch';
import { expect, test } from 'vitest';
import { directoryWorkspaces } from './directory-workspaces.ts';
import { gitProjectStore } from './project-store.ts';
import { noSandbox } from './sandbox/none.ts';
import { workspaces } from './workspaces.ts';

async function house() {
  const directory = await scratchDirectory();
  const path = join(directory, 'my directory');
  await mkdir(join(path, 'sub'), { recursive: true });
  await writeFile(join(path, 'a.txt'), 'a\n');
  await writeFile(join(path, 'sub', 'b é.txt'), 'b\n');
  await symlink('/etc/passwd', join(path, 'link'));
  const project = projectAt(path, 'directory');
  const root = join(directory, 'data');
  const all = workspaces({ root, sandbox: noSandbox(), store: gitProjectStore({ root }) });
  return { path, project, all, agent: newAgent() };
}
const signal = new AbortController().signal;

test('an agent works in a copy, and the directory of the user stays as it is', async () => {
  const { path, project, all, agent } = await house();
  const before = await fingerprint(path);
  const workspace = await all.open(agent, project);
  expect(await fingerprint(workspace.path)).toEqual(before);
  await workspace.begin({ id: newDispatch() });
  runLine(workspace.cage('/bin/sh', ['-c', 'echo more >>a.txt']));
  expect(await fingerprint(path)).toEqual(before);
});

test('a snapshot names the files that changed since the task began, and no commit', async () => {
  const { project, all, agent } = await house();
  const workspace = await all.open(agent, project);
  const id = newDispatch();
  const snapshot = () => workspace.snapshot({ id, message: 'm', author: 'Ada' });
  await workspace.begin({ id });
  expect(await snapshot()).toEqual({ files: [] });
  runLine(
    workspace.cage('/bin/sh', ['-c', 'echo more >>a.txt; rm sub/*; echo n >new; ln -sfn /etc/group link; mkfifo pipe']),
  );
  const changed = {
    files: [
      { path: 'a.txt', change: 'modified' },
      { path: 'link', change: 'modified' },
      { path: 'new', change: 'added' },
      { path: 'sub/b é.txt', change: 'deleted' },
    ],
  };
  expect(await snapshot()).toEqual(changed);
  expect(await workspace.resume({ id, previous: id })).toBe(true);
  expect(await snapshot()).toEqual(changed);
  await workspace.begin({ id });
  expect(await snapshot()).toEqual({ files: [] });
});

test('a workspace that is opened again still holds the work', async () => {
  const { project, all, agent } = await house();
  const first = await all.open(agent, project);
  await writeFile(join(first.path, 'work'), 'done');
  const again = await all.open(agent, project);
  expect(await readFile(join(again.path, 'work'), 'utf8')).toBe('done');
});

test('verification runs in a copy of the directory it is given', async () => {
  const { project, all, agent } = await house();
  const workspace = await all.open(agent, project);
  await writeFile(join(workspace.path, 'work'), 'done');
  const check = { project, directory: workspace.path, setup: [], commands: ['cat work; rm work'], timeoutMs: 30_000 };
  expect(await all.verify(check, signal)).toMatchObject({ passed: true, checks: [{ output: 'done' }] });
  expect(await readFile(join(workspace.path, 'work'), 'utf8')).toBe('done');
});

test('a directory that is too large to copy is refused, and opens once it is small enough', async () => {
  const { path, project, agent } = await house();
  await writeFile(join(path, 'large'), randomBytes(2_000_000));
  const root = join(path, '../other data');
  const small = directoryWorkspaces({ root, sandbox: noSandbox(), copiedBytesMax: 1_000_000 });
  await expect(small.open(agent, project)).rejects.toMatchObject({
    code: 'workspace_failed',
    message: expect.stringContaining('at most 977 KiB are copied'),
  });
  await rm(join(path, 'large'));
  const workspace = await small.open(agent, project);
  expect(await readFile(join(workspace.path, 'a.txt'), 'utf8')).toBe('a\n');
});

test('a removed workspace is opened anew', async () => {
  const { project, all, agent } = await house();
  const workspace = await all.open(agent, project);
  await writeFile(join(workspace.path, 'work'), 'done');
  await all.remove(agent, project);
  const fresh = await all.open(agent, project);
  await expect(readFile(join(fresh.path, 'work'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a directory that holds the data of fusion-kit is not copied for an agent', async () => {
  const { project, agent } = await house();
  const root = join(project.path, 'sub', 'data');
  await mkdir(root);
  const inside = workspaces({ root, sandbox: noSandbox(), store: gitProjectStore({ root }) });
  await expect(inside.open(agent, project)).rejects.toMatchObject({
    code: 'workspace_failed',
    message: expect.stringContaining('where fusion-kit keeps its data'),
  });
});
