import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Project } from '@fusion-kit/domain/project';
import { expect, onTestFinished, test } from 'vitest';
import { inspectProject } from './projects.ts';

test('a directory of any name gets a name that a project may have', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'fusion-kit-projects-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  for (const name of ['x'.repeat(255), '🙂'.repeat(60), ' ', '日本']) {
    await mkdir(join(parent, name));
    const found = await inspectProject(join(parent, name));
    expect(Project.shape.name.safeParse(found.name).error).toBeUndefined();
  }
});

test('the whole file system is no project', async () => {
  await expect(inspectProject('/')).rejects.toMatchObject({ code: 'project_path_invalid' });
});
