import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { listFiles } from './list-files.ts';

async function project() {
  const workspace = await temporaryDirectory();
  for (const path of ['src/deep/deeper', '.git', 'node_modules/x'])
    await mkdir(join(workspace, path), { recursive: true });
  for (const path of ['src/a.ts', 'src/deep/b.ts', '.git/config', 'README.md'])
    await writeFile(join(workspace, path), '');
  await symlink('src', join(workspace, 'link'));
  return { workspace, processGroups: new Set<number>() };
}

describe('list_files', () => {
  it('lists two levels, naming but not opening what holds no source', async () => {
    expect(await listFiles.run({}, await project())).toBe(
      ['.git/', 'README.md', 'link (symbolic link)', 'node_modules/', 'src/', 'src/a.ts', 'src/deep/'].join('\n'),
    );
  });

  it('lists a directory as deep as asked', async () => {
    expect(await listFiles.run({ path: 'src', depth: 3 }, await project())).toBe(
      ['src/a.ts', 'src/deep/', 'src/deep/b.ts', 'src/deep/deeper/'].join('\n'),
    );
  });

  it('stops at a thousand entries and says so', async () => {
    const bench = await project();
    await mkdir(join(bench.workspace, 'many'));
    await Promise.all(Array.from({ length: 1_001 }, (_, at) => writeFile(join(bench.workspace, 'many', `${at}`), '')));
    expect(await listFiles.run({ path: 'many' }, bench)).toMatch(/more than 1000 entries/);
  });

  it('says what is wrong with a path', async () => {
    const bench = await project();
    await expect(listFiles.run({ path: 'nowhere' }, bench)).rejects.toThrow('nowhere does not exist');
    await expect(listFiles.run({ path: 'README.md' }, bench)).rejects.toThrow('README.md is a file');
  });
});
