import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AGENTS } from '../agents.ts';
import { SKILL_LAYOUTS } from './layouts.ts';
import { packageFiles } from './package-files.ts';

const trees = JSON.parse(readFileSync(new URL('../../fixtures/package-trees.json', import.meta.url), 'utf8')) as {
  packages: Record<string, Record<string, string>>;
};
const packages = AGENTS.flatMap(({ key }) => (['sh', 'ps'] as const).map((script) => ({ key, script })));

test('there are thirty packages', () => {
  expect(packages.map(({ key, script }) => `${key} ${script}`).toSorted()).toEqual(
    Object.keys(trees.packages).toSorted(),
  );
});

test.each(packages)('the package of $key with $script has the known files and modes', async ({ key, script }) => {
  const files = await packageFiles(key, script);
  expect(Object.fromEntries(files.map(({ path, mode }) => [path, mode.toString(8)]))).toEqual(
    trees.packages[`${key} ${script}`],
  );
  expect(files.map(({ path }) => path)).toEqual(files.map(({ path }) => path).toSorted());
  for (const { content } of files) {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
    expect(text).toMatch(/[^\n]\n$/);
    expect(text).not.toContain('\r');
  }
});

test.each(Object.entries(SKILL_LAYOUTS))('%s can have skills in place of commands', async (agent, { folder }) => {
  const key = agent as keyof typeof SKILL_LAYOUTS;
  const paths = (await packageFiles(key, 'sh', { layout: 'skills' })).map(({ path }) => path);
  const outside = (path: string) => path.startsWith('.specify/') || path.startsWith('.vscode/');
  const known = Object.keys(trees.packages[`${agent} sh`]!);
  const commands = known.filter((path) => !outside(path)).map((path) => /speckit\.([a-z]+)/.exec(path)![1]!);
  expect(paths.toSorted()).toEqual(
    [...known.filter(outside), ...commands.map((name) => `${folder}/speckit-${name}/SKILL.md`)].toSorted(),
  );
});

test('an agent without skills says so', async () => {
  await expect(packageFiles('roo', 'sh', { layout: 'skills' })).rejects.toThrow('roo has no skills');
});
