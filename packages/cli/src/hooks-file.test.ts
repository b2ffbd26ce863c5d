import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { HOOKS_FILE, offerRun } from './hooks-file.ts';

async function project(hooks?: string) {
  const directory = await mkdtemp(join(tmpdir(), 'fusion-kit-hooks-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const path = join(directory, HOOKS_FILE);
  await mkdir(dirname(path));
  if (hooks !== undefined) await writeFile(path, hooks);
  return { directory, read: () => readFile(path, 'utf8') };
}

const OFFER = { extension: 'fusion-kit', command: 'fusion-kit run', enabled: true, optional: true };

test.each([
  ['no file', undefined],
  ['an empty file', ''],
  ['a comment', '# nothing yet\n'],
  ['no hooks', 'installed: []\n'],
  ['empty hooks', 'hooks:\n'],
  ['an empty list', 'hooks:\n  after_tasks: []\n'],
])('with %s the offer is made, once', async (_what, hooks) => {
  const { directory, read } = await project(hooks);
  expect(await offerRun(directory)).toBe(true);
  const text = await read();
  expect(parse(text)).toMatchObject({ hooks: { after_tasks: [OFFER] } });
  expect(await offerRun(directory)).toBe(false);
  expect(await read()).toBe(text);
});

test('what others have put there stays, comments included', async () => {
  const others =
    '# ours\nsettings:\n  auto: true # yes\nhooks:\n  before_plan:\n    - extension: a # first\n  after_tasks:\n    - extension: b\n      prompt: "a long prompt that goes on and on, far beyond the width at which lines are usually broken into two"\n';
  const { directory, read } = await project(others);
  expect(await offerRun(directory)).toBe(true);
  const text = await read();
  expect(text.startsWith(others)).toBe(true);
  expect((parse(text) as { hooks: { after_tasks: unknown[] } }).hooks.after_tasks).toHaveLength(2);
});

test('an offer that was disabled stays so', async () => {
  const hooks = 'hooks:\n  after_tasks:\n    - extension: fusion-kit\n      enabled: false\n';
  const { directory, read } = await project(hooks);
  expect(await offerRun(directory)).toBe(false);
  expect(await read()).toBe(hooks);
});

test.each(['hooks: [', '- a\n', 'hooks: 1\n', 'hooks:\n  after_tasks: run\n'])(
  '%j is refused and left alone',
  async (hooks) => {
    const { directory, read } = await project(hooks);
    await expect(offerRun(directory)).rejects.toMatchObject({ code: 'file_unreadable' });
    expect(await read()).toBe(hooks);
  },
);
