import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readWorkflowFile } from './workflow-file.ts';

const TASKS = '# Tasks: Tea\n\n- [ ] T001 Brew it in src/tea.js\n';

async function read(bytes: Buffer): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'fusion-kit-file-'));
  onTestFinished(() => rm(cwd, { recursive: true }));
  await writeFile(join(cwd, 'tasks.md'), bytes);
  return readWorkflowFile({ cwd } as Parameters<typeof readWorkflowFile>[0], 'tasks.md');
}

it.each([
  ['with a mark', Buffer.from(`\uFEFF${TASKS}`, 'utf16le')],
  ['with the other mark', Buffer.from(`\uFEFF${TASKS}`, 'utf16le').swap16()],
  ['without one', Buffer.from(TASKS, 'utf16le')],
])('a file in UTF-16 %s is refused by the name of what it is', async (_mark, bytes) => {
  await expect(read(bytes)).rejects.toMatchObject({
    code: 'file_unreadable',
    message: 'tasks.md is written in UTF-16',
    remedy: expect.stringContaining('UTF-8'),
  });
});

it('a file in UTF-8 is read, also with its mark', async () => {
  expect(await read(Buffer.from(TASKS))).toBe(TASKS);
  expect(await read(Buffer.from(`\uFEFF${TASKS}`))).toContain('T001');
});
