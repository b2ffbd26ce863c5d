import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { schemaFiles } from './schemas.ts';

test.each(Object.entries(schemaFiles()))('%s is what the code says (else: npm run schemas)', async (path, text) => {
  expect(await readFile(new URL(`../${path}`, import.meta.url), 'utf8')).toBe(text);
});
