import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { markdownStructure } from '../../dev/markdown-structure.ts';

const room = new URL('../../', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, room), 'utf8');
const known = JSON.parse(text('fixtures/template-structure.json')) as { files: Record<string, unknown> };

test.each(Object.entries(known.files))('%s has exactly the structure that users know', (path, structure) => {
  expect(markdownStructure(text(`templates/${path}`))).toEqual(structure);
});
