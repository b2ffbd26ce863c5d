import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ScriptProject } from '../../dev/script-project.ts';

const BATCH_SIZE = 100;
/** One process starts the script for every description of a batch. */
const CREATE_ALL = `
while IFS= read -r -d '' description; do
  .specify/scripts/bash/create-new-feature.sh --json "$description" 2>/dev/null
done < descriptions`;
const CHECK_ALL = `
git for-each-ref --format='%(refname:short)' refs/heads | while IFS= read -r name; do
  git check-ref-format --branch "$name"
done`;

const word = fc.constantFrom(
  'add',
  'the',
  'UI',
  'user',
  'OAuth2',
  'búsqueda',
  '日本語',
  "it's",
  '$(touch HIT)',
  '-',
  'x'.repeat(90),
);
const description = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'binary-ascii', maxLength: 60 }),
    fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' ')),
  )
  // A NUL cannot be in an argument, and a text like an option is one.
  .filter((text) => text !== '' && !text.includes('\0') && !/^-[-h]/.test(text));

const batch = fc.array(description, { minLength: BATCH_SIZE, maxLength: BATCH_SIZE });

test('a thousand random descriptions give valid branch names, no two the same', async () => {
  let names = 0;
  await fc.assert(
    fc.asyncProperty(batch, batch, async (...batches) => {
      const created = await Promise.all(batches.map(createAll));
      names += created.flat().length;
    }),
    { numRuns: 5, endOnFailure: true },
  );
  expect(names).toBe(1000);
}, 180_000);

async function createAll(descriptions: readonly string[]): Promise<string[]> {
  await using project = await ScriptProject.create();
  await project.write('descriptions', descriptions.map((text) => `${text}\0`).join(''));
  const lines = (await project.shell(CREATE_ALL)).trimEnd().split('\n');
  const created = lines.map((line) => (JSON.parse(line) as { BRANCH_NAME: string }).BRANCH_NAME);
  expect(new Set(created).size).toBe(BATCH_SIZE);
  const valid = (await project.shell(CHECK_ALL)).trimEnd().split('\n');
  expect(new Set(valid)).toEqual(new Set([...created, 'main']));
  expect(valid.filter((name) => name.length > 244)).toEqual([]);
  expect(project.exists('HIT')).toBe(false);
  return created;
}
