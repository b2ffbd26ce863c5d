import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { accessToken } from './access-token.ts';

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'fusion-kit-token-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

it('is made once and kept, for its owner alone', async () => {
  const path = await directory();
  const token = await accessToken(path);
  expect(token).toHaveLength(43);
  expect(await accessToken(path)).toBe(token);
  expect((await stat(join(path, 'token'))).mode & 0o777).toBe(0o600);
});

it('is refused when others can read it', async () => {
  const path = await directory();
  await accessToken(path);
  await chmod(join(path, 'token'), 0o644);
  await expect(accessToken(path)).rejects.toMatchObject({
    code: 'data_directory_unusable',
    message: expect.stringContaining('can be read by others'),
  });
});

it('is refused when it is damaged, with what to do', async () => {
  const path = await directory();
  await writeFile(join(path, 'token'), '', { mode: 0o600 });
  await expect(accessToken(path)).rejects.toMatchObject({ remedy: expect.stringContaining('Delete') });
});
