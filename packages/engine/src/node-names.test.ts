import { expect, it } from 'vitest';
import { nodePath, ownNodeOf } from './node-names.ts';

it('a task is named by the way to its node, items and rounds counted', () => {
  expect(nodePath('fix#2/files[3]/lint')).toEqual(['fix', 'files', 'lint']);
  expect(nodePath('build')).toEqual(['build']);
  expect(ownNodeOf('files[2]/lint')).toBe('files');
  expect(ownNodeOf('lint')).toBe('lint');
});
