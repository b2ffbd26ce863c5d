import { readFile, stat, writeFile } from 'node:fs/promises';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { expect, it } from 'vitest';
import { WorkedKeys, workedKeysOf } from './worked-keys.ts';

it('a key that worked once is known to the next server, which finds no key in the file', async () => {
  const file = workedKeysOf(await temporaryDirectory());
  const before = new WorkedKeys(file);
  before.of('local').add('sk-planted-key');
  await before.written();

  const after = new WorkedKeys(file).of('local');
  expect(await after.has('sk-planted-key')).toBe(true);
  expect(await after.has('sk-another-key')).toBe(false);
  expect(await new WorkedKeys(file).of('work').has('sk-planted-key')).toBe(false);
  expect(await readFile(file, 'utf8')).not.toContain('planted');
  expect((await stat(file)).mode & 0o077).toBe(0);
});

it('keys are as new where the file is damaged, and are remembered again', async () => {
  const file = workedKeysOf(await temporaryDirectory());
  const first = new WorkedKeys(file);
  first.of('local').add('sk-planted-key');
  await first.written();
  await writeFile(file, 'half a');

  const second = new WorkedKeys(file);
  expect(await second.of('local').has('sk-planted-key')).toBe(false);
  second.of('local').add('sk-planted-key');
  await second.written();
  expect(await new WorkedKeys(file).of('local').has('sk-planted-key')).toBe(true);
});
