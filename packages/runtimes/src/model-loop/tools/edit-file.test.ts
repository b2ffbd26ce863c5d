import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { editFile } from './edit-file.ts';

async function fileHolding(text: string) {
  const workspace = await temporaryDirectory();
  await writeFile(join(workspace, 'a.ts'), text);
  return {
    bench: { workspace, processGroups: new Set<number>() },
    text: () => readFileSync(join(workspace, 'a.ts'), 'utf8'),
  };
}

describe('edit_file', () => {
  it('replaces the one place, taking the new text literally', async () => {
    const { bench, text } = await fileHolding('one\ntwo\nthree\n');
    const said = await editFile.run({ path: 'a.ts', oldText: 'two', newText: "$& $1 $'" }, bench);
    expect(said).toBe('edited a.ts at line 2');
    expect(text()).toBe("one\n$& $1 $'\nthree\n");
  });

  it('refuses text that is not there, and text that is there more than once', async () => {
    const { bench, text } = await fileHolding('one\none\n');
    await expect(editFile.run({ path: 'a.ts', oldText: 'two', newText: '' }, bench)).rejects.toThrow(
      'oldText is not in a.ts',
    );
    await expect(editFile.run({ path: 'a.ts', oldText: 'one', newText: '' }, bench)).rejects.toThrow(
      'oldText is 2 times in a.ts',
    );
    expect(text()).toBe('one\none\n');
  });
});
