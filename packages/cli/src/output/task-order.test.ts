import { sampleId } from '@fusion-kit/testing/journal-samples';
import { expect, it } from 'vitest';
import { asTree } from './task-order.ts';

const task = (n: number, parent?: number) => ({
  id: sampleId('tsk', n),
  ...(parent !== undefined && { scope: { parent: sampleId('tsk', parent), index: 1, prefix: 'x/', values: {} } }),
});

it('puts what runs inside a task right behind it, at any depth, and keeps the order of their making', () => {
  const made = [task(1), task(2), task(3, 1), task(4, 1), task(5, 3), task(6)];
  expect(asTree(made)).toEqual([task(1), task(3, 1), task(5, 3), task(4, 1), task(2), task(6)]);
});

it('shows a task whose parent is not among them', () => {
  expect(asTree([task(3, 1)])).toEqual([task(3, 1)]);
});
