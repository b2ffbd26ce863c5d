import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { search } from './search.ts';

async function project() {
  const workspace = await temporaryDirectory();
  for (const path of ['src', '.git', 'node_modules']) await mkdir(join(workspace, path));
  await writeFile(join(workspace, 'src/a.ts'), 'const answer = 41;\nconst answers = [answer];\n');
  await writeFile(join(workspace, '.git/a'), 'answer');
  await writeFile(join(workspace, 'node_modules/a'), 'answer');
  await writeFile(join(workspace, 'binary'), Buffer.from('answer\0'));
  await writeFile(join(workspace, 'b.md'), 'The answer.\n');
  return { workspace, processGroups: new Set<number>() };
}

describe('search', () => {
  it('finds lines of text files, leaving out .git, node_modules and binary files', async () => {
    expect(await search.run({ pattern: 'answers? ' }, await project())).toBe(
      ['src/a.ts:1: const answer = 41;', 'src/a.ts:2: const answers = [answer];'].join('\n'),
    );
    expect(await search.run({ pattern: 'answer\\b' }, await project())).toMatch(
      /^b\.md:1: The answer\.\nsrc\/a\.ts:1: /,
    );
  });

  it('searches one file, or says that nothing was found', async () => {
    const bench = await project();
    expect(await search.run({ pattern: 'answer', path: 'b.md' }, bench)).toBe('b.md:1: The answer.');
    expect(await search.run({ pattern: 'question' }, bench)).toBe('nothing found');
  });

  it('stops after two hundred lines and says so', async () => {
    const bench = await project();
    await writeFile(join(bench.workspace, 'long'), 'x\n'.repeat(1_000));
    const lines = (await search.run({ pattern: 'x', path: 'long' }, bench)).split('\n');
    expect(lines).toHaveLength(201);
    expect(lines.at(-1)).toMatch(/more than 200 lines match/);
  });

  it('says what is wrong with a pattern or a path', async () => {
    const bench = await project();
    await expect(search.run({ pattern: '(' }, bench)).rejects.toThrow(/Invalid regular expression/);
    await expect(search.run({ pattern: 'a', path: 'nowhere' }, bench)).rejects.toThrow('nowhere does not exist');
  });

  it('ends a pattern that would run for years', async () => {
    const bench = await project();
    await writeFile(join(bench.workspace, 'trap'), `${'a'.repeat(60)}!`);
    await expect(search.run({ pattern: '^(a+)+$', path: 'trap' }, bench)).rejects.toThrow(/took longer than 10 s/);
  });
});
