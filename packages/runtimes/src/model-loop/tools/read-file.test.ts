import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { readFile } from './read-file.ts';

const workbench = async () => ({ workspace: await temporaryDirectory(), processGroups: new Set<number>() });

describe('read_file', () => {
  it('gives a file as it is', async () => {
    const bench = await workbench();
    await writeFile(join(bench.workspace, 'a.txt'), 'one\ntwo\n');
    expect(await readFile.run({ path: 'a.txt' }, bench)).toBe('one\ntwo\n');
  });

  it('gives the lines asked for', async () => {
    const bench = await workbench();
    await writeFile(join(bench.workspace, 'a.txt'), 'one\ntwo\nthree\nfour');
    expect(await readFile.run({ path: 'a.txt', offset: 2, limit: 2 }, bench)).toBe('two\nthree');
    expect(await readFile.run({ path: 'a.txt', offset: 4 }, bench)).toBe('four');
    await expect(readFile.run({ path: 'a.txt', offset: 5 }, bench)).rejects.toThrow('a.txt has only 4 lines');
  });

  it('cuts the middle of a long file and says how much', async () => {
    const bench = await workbench();
    await writeFile(join(bench.workspace, 'long.txt'), `begin${'x'.repeat(100_000)}end`);
    const text = await readFile.run({ path: 'long.txt' }, bench);
    expect(text).toMatch(/^beginx+\n\[… 70008 characters cut …\]\nx+end$/);
  });

  it('names a binary file instead of showing it', async () => {
    const bench = await workbench();
    await writeFile(join(bench.workspace, 'a.png'), Buffer.from([1, 0, 2]));
    await expect(readFile.run({ path: 'a.png' }, bench)).rejects.toThrow('a.png is a binary file of 3 bytes');
  });

  it('says what is wrong with a path', async () => {
    const bench = await workbench();
    await mkdir(join(bench.workspace, 'src'));
    await expect(readFile.run({ path: 'b.txt' }, bench)).rejects.toThrow('b.txt does not exist');
    await expect(readFile.run({ path: 'src' }, bench)).rejects.toThrow('src is a directory');
  });

  it.each(['../secret', '/etc/hosts', 'link', 'link-to-directory/secret'])(
    'does not leave the workspace by %s',
    async (path) => {
      const bench = await workbench();
      const outside = await temporaryDirectory();
      await writeFile(join(outside, 'secret'), 'secret');
      await symlink(join(outside, 'secret'), join(bench.workspace, 'link'));
      await symlink(outside, join(bench.workspace, 'link-to-directory'));
      await expect(readFile.run({ path }, bench)).rejects.toThrow(`${path} is outside the workspace`);
    },
  );
});
