import { expect, it } from 'vitest';
import { pathMatcher } from './paths.ts';

it.each([
  ['src/a.js', 'src/a.js', true],
  ['src/a.js', 'src/a.jsx', false],
  ['src', 'src/deep/a.js', true],
  ['src/', 'src/a.js', true],
  ['./src/a.js', 'src/a.js', true],
  ['src', 'src2/a.js', false],
  ['.', 'anything/at/all', true],
  ['src/*.js', 'src/a.js', true],
  ['src/*.js', 'src/deep/a.js', false],
  ['src/**', 'src/deep/.hidden', true],
  ['**/*.md', 'read.md', true],
  ['src/{a,b}.js', 'src/b.js', true],
  ['src/[ab].js', 'src/b.js', true],
  ['src/?.js', 'src/c.js', true],
  ['packages/*', 'packages/one/src/a.js', true],
  ['app/[id]/page.tsx', 'app/[id]/page.tsx', true],
  ['app/(shop)/page.tsx', 'app/(shop)/page.tsx', true],
  ['app/[id]', 'app/[id]/deep/page.tsx', true],
  ['!src/a.js', 'src/b.js', false],
])('%s names %s: %s', (named, path, is) => {
  expect(pathMatcher([named])(path)).toBe(is);
});

it('of no names, nothing is named', () => {
  expect(pathMatcher([])('a')).toBe(false);
});
