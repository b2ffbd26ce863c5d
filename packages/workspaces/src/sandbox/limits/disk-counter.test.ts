import { execFileSync } from 'node:child_process';
import { chmod, chown, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { scratchDirectory } from '@fusion-kit/testing/workspaces-scratch';
import { expect, test } from 'vitest';
import { DiskCounter } from './disk-counter.ts';

const counter = new DiskCounter();

test('a file with several names takes its room once, and a link leads nowhere', async () => {
  const directory = await scratchDirectory();
  await writeFile(join(directory, 'file\nof two lines'), Buffer.alloc(1_000_000, 'x'));
  execFileSync('/bin/sh', ['-c', 'ln file* again; ln -s /usr usr; mkdir below'], { cwd: directory });
  const { bytes, files } = await counter.count(directory, 1_000);
  expect(bytes).toBeGreaterThanOrEqual(1_000_000);
  expect(bytes).toBeLessThan(1_100_000);
  expect(files).toBeGreaterThanOrEqual(4);
});

test('counting ends when there are too many', async () => {
  const { files } = await counter.count('/usr', 500);
  expect(files).toBeGreaterThan(500);
  expect(await counter.count('/nonexistent', 10)).toEqual({ bytes: 0, files: 0 });
});

test('what is not there takes nothing', async () => {
  expect(await counter.count('/nonexistent', 10)).toEqual({ bytes: 0, files: 0 });
});

// Root sees all there is; so it is tried as another user.
test.runIf(process.getuid?.() === 0)('what was closed to everybody counts', async () => {
  const directory = await scratchDirectory();
  await mkdir(join(directory, 'closed'));
  await writeFile(join(directory, 'closed/large'), Buffer.alloc(3_000_000, 'x'));
  for (const path of [directory, join(directory, 'closed')]) await chown(path, 54_321, 54_321);
  // Another user may not be able to read this checkout.
  const module = join(await scratchDirectory(), 'disk-counter.ts');
  await copyFile(new URL('disk-counter.ts', import.meta.url), module);
  await chmod(dirname(module), 0o755);
  const program = `import { DiskCounter } from ${JSON.stringify(module)}; console.log((await new DiskCounter().count(${JSON.stringify(directory)}, 100)).bytes)`;
  execFileSync('chmod', ['0', join(directory, 'closed')]);
  const node = [process.execPath, '--input-type=module', '-e', program];
  const said = execFileSync('setpriv', ['--reuid', '54321', '--clear-groups', ...node], { encoding: 'utf8', cwd: '/' });
  expect(Number(said)).toBeGreaterThan(3_000_000);
});

test('a name may hold what a shell or printf would read as something else', async () => {
  const directory = join(await scratchDirectory(), 'a\\n\n$(touch x) `y` %s \t\\');
  await mkdir(directory);
  await writeFile(join(directory, 'large'), Buffer.alloc(1_000_000, 'x'));
  expect((await counter.count(directory, 10)).bytes).toBeGreaterThanOrEqual(1_000_000);
});

test('what is asked at once is counted by one process, which is followed by another when it was stopped', async () => {
  const directory = await scratchDirectory();
  await writeFile(join(directory, 'file'), Buffer.alloc(100_000, 'x'));
  const mine = new DiskCounter();
  const uses = await Promise.all(Array.from({ length: 5 }, () => mine.count(directory, 10)));
  expect(new Set(uses.map(({ files }) => files))).toEqual(new Set([2]));
  const first = mine.pid;
  const stopped = new AbortController();
  const counting = mine.count('/usr', 10_000_000, stopped.signal);
  await new Promise((resolve) => setImmediate(resolve));
  stopped.abort();
  await counting;
  expect(await mine.count(directory, 10)).toEqual(uses[0]);
  expect(mine.pid).not.toBe(first);
});

test('a process that has nothing to count ends', async () => {
  const mine = new DiskCounter(1);
  await mine.count('/nonexistent', 10);
  await expect.poll(() => mine.pid).toBeUndefined();
});
