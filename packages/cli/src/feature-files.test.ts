import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { directoryOf, isCommitted, requireInside } from './feature-files.ts';

const LIST = 'specs/001-tea/tasks.md';
let place: string;
let shop: string;
const at = (cwd: string) => ({ cwd });

beforeAll(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'fusion-feature-')));
  shop = join(place, 'shop');
  await mkdir(join(shop, 'specs/001-tea'), { recursive: true });
  await writeFile(join(shop, LIST), '- [ ] T001 Tea\n');
  await writeFile(join(shop, 'tea.yaml'), 'name: tea\n');
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', shop, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args]);
  git('init', '-q');
  git('add', LIST);
  git('commit', '-qm', 'begin');
});
afterAll(() => rm(place, { recursive: true }));

it('a task list is run in the repository that it lies in, wherever one stands; other files where one stands', async () => {
  expect(await directoryOf(at(place), join('shop', LIST))).toBe(shop);
  expect(await directoryOf(at(place), 'shop/tea.yaml')).toBe(place);
});

it('a task list of elsewhere is refused, a workflow file is not', async () => {
  await requireInside(at(shop), LIST, shop);
  await writeFile(join(place, 'tasks.md'), '');
  await writeFile(join(place, 'tea.yaml'), '');
  await requireInside(at(shop), '../tea.yaml', shop);
  await expect(requireInside(at(shop), '../tasks.md', shop)).rejects.toMatchObject({
    code: 'file_unreadable',
    message: `../tasks.md lies outside of the project ${shop}`,
  });
});

it('a file is seen by agents when it is in the last commit', async () => {
  expect(await isCommitted(shop, LIST)).toBe(true);
  expect(await isCommitted(shop, 'tea.yaml')).toBe(false);
});
