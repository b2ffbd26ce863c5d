import { matchesGlob } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fixedSegments, pathsOverlap } from './path-overlap.ts';

test.each([
  ['src/a.ts', 'src/a.ts'],
  ['./src//a.ts', 'src/a.ts/'],
  ['src', 'src/deep/a.ts'],
  ['src/**', 'src/deep/a.ts'],
  ['**/*.ts', 'src/a.ts'],
  ['**', 'x'],
  ['src/*.ts', 'src/a*'],
  ['src/*a*b*', 'src/*b*a*'],
  ['src/{a,b}.ts', 'src/b.ts'],
  ['{src,test}/{a,{b,c}}.ts', 'test/c.ts'],
  ['src/[ab].ts', 'src/?.ts'],
  ['a/**/z', 'a/b/**'],
  ['a/**/b/c', 'a/b'],
  ['src/[a', 'src/*'],
])('%s and %s may mean the same file', (one, other) => {
  expect(pathsOverlap(one, other)).toBe(true);
  expect(pathsOverlap(other, one)).toBe(true);
});

test.each([
  ['src/a.ts', 'src/b.ts'],
  ['src/a', 'src/ab'],
  ['src/**', 'test/**'],
  ['src/*.ts', 'src/*.js'],
  ['src/{a,b}.ts', 'src/c.ts'],
  ['src/a*', 'src/b*'],
  ['src/**/a.ts', 'test/a.ts'],
  ['src/?', 'src/ab'],
  ['src/a.ts', '**/*.js'],
  ['src/a.ts', 'src/a.ts/b'],
])('%s and %s never do', (one, other) => {
  expect(pathsOverlap(one, other)).toBe(false);
  expect(pathsOverlap(other, one)).toBe(false);
});

test('the fixed beginning of a path ends before its first wildcard', () => {
  expect(fixedSegments('src/./a/*.ts')).toEqual(['src', 'a']);
  expect(fixedSegments('src/a.ts')).toEqual(['src', 'a.ts']);
  expect(fixedSegments('{a,b}/c')).toEqual([]);
});

test('patterns that fit one path overlap, as Node understands patterns', () => {
  const segment = fc.constantFrom('a', 'b', 'ab', 'a.ts', '*', '?', 'a*', '*.ts', '{a,b}', '[ab]', '**');
  const pattern = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
  const path = fc
    .array(fc.constantFrom('a', 'b', 'ab', 'a.ts', 'ba'), { minLength: 1, maxLength: 4 })
    .map((segments) => segments.join('/'));
  fc.assert(
    fc.property(pattern, pattern, path, (one, other, file) => {
      const fits = (glob: string) =>
        matchesGlob(file, glob) || (!glob.endsWith('.ts') && matchesGlob(file, `${glob}/**`));
      expect(pathsOverlap(one, other) || !fits(one) || !fits(other)).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});

test('hostile patterns cost little', () => {
  const stars = 'a*'.repeat(250);
  expect(pathsOverlap(`${stars}b`, `${stars}c`)).toBe(false);
  expect(pathsOverlap('{a,b}'.repeat(80), 'a/'.repeat(200))).toBe(true);
  expect(pathsOverlap('{'.repeat(500), '}'.repeat(500))).toBe(false);
  expect(pathsOverlap('**/'.repeat(160), '**/'.repeat(160))).toBe(true);
});
