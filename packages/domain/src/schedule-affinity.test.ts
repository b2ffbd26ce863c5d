import { sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { expect, it } from 'vitest';
import { affinityOf } from './schedule-affinity.ts';

const about = (paths: { files?: string[]; writes?: string[] }, affinity?: string) =>
  affinityOf({
    work: { ...(sampleTaskSpec.work as Extract<typeof sampleTaskSpec.work, { kind: 'agent' }>), ...paths },
    ...(affinity && { affinity }),
  });

it.each([
  [['packages/api/src/user.ts'], 'packages/api/src/'],
  [['packages/api/src/user.ts', 'packages/api/test/user.test.ts'], 'packages/api/'],
  [['packages/api/src/**'], 'packages/api/src/'],
  [['./packages/api/*/user.ts'], 'packages/api/'],
  [['src/user.ts'], undefined],
  [['packages/api/a.ts', 'packages/web/a.ts'], undefined],
  [['**/*.ts'], undefined],
  [[], undefined],
])('tasks about %j belong to %s', (files, affinity) => {
  expect(about({ files })).toBe(affinity);
  expect(about({ writes: files })).toBe(affinity);
});

it('takes what a task was given before what it is about, and that before what it may write', () => {
  expect(about({ files: ['a/b/c'] }, 'story 1')).toBe('story 1');
  expect(about({ files: ['a/b/c'], writes: ['d/e/f'] })).toBe('a/b/');
});
