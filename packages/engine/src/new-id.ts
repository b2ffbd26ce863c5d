import type { NewId } from '@fusion-kit/domain/ids';
import { monotonicFactory } from 'ulid';
import { randomBlocks } from './random-blocks.ts';

const BYTE_VALUES = 256;

/** Ids that sort in the order they were made, also within a millisecond. */
export function ulidIds(clock: () => number): NewId {
  const random = randomBlocks();
  const next = monotonicFactory(() => random(1)[0]! / BYTE_VALUES);
  return ((prefix: string) => `${prefix}_${next(clock())}`) as NewId;
}
