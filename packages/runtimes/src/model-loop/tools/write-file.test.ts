import { existsSync, readFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { writeFile } from './write-file.ts';

const workbench = async () => ({ workspace: await temporaryDirectory(), processGroups: new Set<number>() });

describe('write_file', () => {
  it('makes the directories of a new file, and replaces an old one', async () => {
    const bench = await workbench();
    expect(await writeFile.run({ path: 'a/b/c.txt', content: 'först' }, bench)).toBe('wrote 6 bytes to a/b/c.txt');
    await writeFile.run({ path: 'a/b/c.txt', content: '2' }, bench);
    expect(readFileSync(join(bench.workspace, 'a/b/c.txt'), 'utf8')).toBe('2');
  });

  it('says that a path is a directory', async () => {
    const bench = await workbench();
    await mkdir(join(bench.workspace, 'src'));
    await expect(writeFile.run({ path: 'src', content: '' }, bench)).rejects.toThrow('src is a directory');
  });

  it('does not write outside the workspace, nor through a link to a file that is not there yet', async () => {
    const bench = await workbench();
    const outside = await temporaryDirectory();
    await symlink(join(outside, 'planted'), join(bench.workspace, 'link'));
    await expect(writeFile.run({ path: '../planted', content: 'x' }, bench)).rejects.toThrow('outside the workspace');
    await expect(writeFile.run({ path: 'link', content: 'x' }, bench)).rejects.toThrow('symbolic link');
    expect(existsSync(join(outside, 'planted'))).toBe(false);
  });
});
