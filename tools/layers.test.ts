import { expect, test } from 'vitest';
import { importsOf, type Manifest, MAY_IMPORT, refusedImports } from './layers.ts';
import { repositoryFiles, textOf } from './repository.ts';

const manifest = (path: string) => JSON.parse(textOf(path)) as Manifest;
const root = manifest('package.json');
const files = repositoryFiles();
const rooms = [...new Set(files.flatMap((path) => /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1] ?? []))];

test('every room stands in the table', () => {
  expect(rooms.toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted());
});

test.each(rooms)('%s imports only what it may', (room) => {
  const own = manifest(`packages/${room}/package.json`);
  const sources = files.filter((path) => path.startsWith(`packages/${room}/src/`) && /\.tsx?$/.test(path));
  expect(sources.flatMap((path) => refusedImports({ path, text: textOf(path) }, own, root))).toEqual([]);
});

const ENGINE: Manifest = { dependencies: { '@fusion-kit/domain': '0', tinyqueue: '0' } };
const refused = (path: string, text: string, own = ENGINE) => refusedImports({ path, text }, own, root);

test.each([
  ['packages/engine/src/a.ts', `import { x } from '@fusion-kit/journals/sqlite';`, 'engine may not import journals'],
  ['packages/engine/src/a.ts', `import type { x } from '@fusion-kit/server/x';`, 'engine may not import server'],
  ['packages/engine/src/a.ts', `const x = await import('@fusion-kit/cli/x');`, 'engine may not import cli'],
  ['packages/engine/src/a.ts', `import '@fusion-kit/testing/x';`, 'engine may not import testing'],
  ['packages/engine/src/a.ts', `export * from '../../domain/src/task.ts';`, 'may not leave its room'],
  ['packages/engine/src/a.ts', `import {\n  x,\n} from 'lodash/fp';`, 'lodash is not in packages/engine/package.json'],
  ['packages/engine/src/a.ts', `import * as fc from 'fast-check';`, 'fast-check is not in'],
  ['packages/engine/src/a.test.ts', `import { x } from '@fusion-kit/testing/x';`, '@fusion-kit/testing is not in'],
  ['packages/domain/src/a.ts', `import { readFile } from 'node:fs';`, 'domain must run without Node'],
  ['packages/domain/src/a.ts', `import { x } from '@fusion-kit/engine/x';`, 'domain may not import engine'],
  ['packages/dashboard/src/shared/a.ts', `import { x } from '../features/x.ts';`, 'shared may not import features'],
  ['packages/dashboard/src/features/a/a.ts', `import { x } from '../b/x.ts';`, 'feature a may not import feature b'],
])('%s with %j is refused', (path, text, message) => {
  expect(refused(path, text)).toEqual([expect.stringContaining(message)]);
});

test.each([
  ['packages/engine/src/a.ts', `import { x } from '@fusion-kit/domain/task';\nimport TinyQueue from 'tinyqueue';`],
  ['packages/engine/src/a.ts', `import { x } from './b.ts';\nimport { y } from 'node:timers';`],
  ['packages/engine/src/a.test.ts', `import * as fc from 'fast-check';\nimport { x } from 'vitest';`],
  ['packages/dashboard/src/app/a.ts', `import { x } from '../features/b/x.ts';`],
])('%s with %j is allowed', (path, text) => {
  expect(importsOf(text)).not.toEqual([]);
  expect(refused(path, text)).toEqual([]);
});
