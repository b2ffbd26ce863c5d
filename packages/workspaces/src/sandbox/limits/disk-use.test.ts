import { execFileSync } from 'node:child_process';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratchDirectory } from '@fusion-kit/testing/workspaces-scratch';
import { expect, test } from 'vitest';
import { diskUse } from './disk-use.ts';

test('a file with several names takes its room once, and a link leads nowhere', async () => {
  const directory = await scratchDirectory();
  await writeFile(join(directory, 'file\nof two lines'), Buffer.alloc(1_000_000, 'x'));
  execFileSync('/bin/sh', ['-c', 'ln file* again; ln -s /usr usr; mkdir below'], { cwd: directory });
  const { bytes, files } = await diskUse(directory, 1_000);
  expect(bytes).toBeGreaterThanOrEqual(1_000_000);
  expect(bytes).toBeLessThan(1_100_000);
  expect(files).toBeGreaterThanOrEqual(4);
});

test('counting ends when there are too many', async () => {
  const { files } = await diskUse('/usr', 500);
  expect(files).toBeGreaterThan(500);
});

test('what is not there takes nothing', async () => {
  expect(await diskUse('/nonexistent', 10)).toEqual({ bytes: 0, files: 0 });
});

// Root sees all there is; so it is tried as another user.
test.runIf(process.getuid?.() === 0)('what was closed to everybody counts', async () => {
  const directory = await scratchDirectory();
  await mkdir(join(directory, 'closed'));
  await writeFile(join(directory, 'closed/large'), Buffer.alloc(3_000_000, 'x'));
  for (const path of [directory, join(directory, 'closed')]) await chown(path, 54_321, 54_321);
  const module = fileURLToPath(new URL('disk-use.ts', import.meta.url));
  const program = `import { diskUse } from ${JSON.stringify(module)}; console.log((await diskUse(${JSON.stringify(directory)}, 100)).bytes)`;
  execFileSync('chmod', ['0', join(directory, 'closed')]);
  const node = [process.execPath, '--input-type=module', '-e', program];
  const said = execFileSync('setpriv', ['--reuid', '54321', '--clear-groups', ...node], { encoding: 'utf8', cwd: '/' });
  expect(Number(said)).toBeGreaterThan(3_000_000);
});
