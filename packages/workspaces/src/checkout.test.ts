import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { expect, it } from 'vitest';
import { removeLeftCheckouts } from './checkout.ts';

it('what a killed server left of its checkouts is removed at the next start, read-only or not', async () => {
  const root = await temporaryDirectory();
  await removeLeftCheckouts(root);
  const cache = join(root, 'checkouts/left/home/cache');
  await mkdir(cache, { recursive: true });
  await writeFile(join(cache, 'module'), 'x');
  await chmod(cache, 0o500);
  await removeLeftCheckouts(root);
  expect(await readdir(join(root, 'checkouts'))).toEqual([]);
});
