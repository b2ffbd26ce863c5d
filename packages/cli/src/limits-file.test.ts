import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { expect, it } from 'vitest';
import { readLimits, reservesOf } from './limits-file.ts';

async function dataDirWith(text?: string): Promise<string> {
  const directory = await temporaryDirectory();
  if (text !== undefined) await writeFile(join(directory, 'limits.json'), text);
  return directory;
}

it('limits nothing where there is no file', async () => {
  expect(await readLimits(await dataDirWith())).toEqual({ runtime: {}, provider: {}, reserve: {}, agent: {} });
});

it('takes limits and reserves from the file', async () => {
  const text =
    '{"runtime": {"codex": 2}, "provider": {"openrouter": 8}, "reserve": {"memoryMb": 1000}, "agent": {"processes": 99}}';
  expect(await readLimits(await dataDirWith(text))).toEqual({
    runtime: { codex: 2 },
    provider: { openrouter: 8 },
    reserve: { memoryMb: 1_000 },
    agent: { processes: 99 },
  });
  expect(reservesOf(await readLimits(await dataDirWith(text)))).toEqual({ memoryBytes: 1e9 });
});

it.each([
  ['{"runtime": {"codex": 0}}', 'codex'],
  ['{"runtimes": {}}', 'runtimes'],
  ['{"reserve": {"memory": 1}}', 'memory'],
  ['{"agent": {"memory": 100}}', 'memory'],
  ['not JSON', 'is not valid JSON'],
])('refuses %s and names the file and what is wrong', async (text, wrong) => {
  const refused = await readLimits(await dataDirWith(text)).catch((thrown: unknown) => thrown);
  expect(refused).toMatchObject({ code: 'bad_request' });
  expect((refused as Error).message).toContain('limits.json');
  expect((refused as Error).message).toContain(wrong);
});
