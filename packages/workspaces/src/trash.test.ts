import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { toTrash } from './agent-directory.ts';
import { emptyTrash, TRASH_KEPT_MS } from './trash.ts';

it('keeps what was put aside lately and deletes what has lain there long', async () => {
  const root = await mkdtemp(join(tmpdir(), 'fusion-kit-trash-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await emptyTrash(root, Date.now()); // there is none yet
  await mkdir(join(root, 'workspaces', 'one', 'tree'), { recursive: true });
  await writeFile(join(root, 'workspaces', 'one', 'tree', 'file'), 'text');
  await toTrash(root, join(root, 'workspaces', 'one'));
  await emptyTrash(root, Date.now() + TRASH_KEPT_MS - 60_000);
  expect(await readdir(join(root, 'trash'))).toHaveLength(1);
  await emptyTrash(root, Date.now() + TRASH_KEPT_MS + 60_000);
  expect(await readdir(join(root, 'trash'))).toEqual([]);
});
