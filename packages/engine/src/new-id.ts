import { randomFillSync } from 'node:crypto';
import type { NewId } from '@fusion-kit/domain/ids';
import { monotonicFactory } from 'ulid';

/** Random bytes taken at once: to ask the system for each one would cost more than all else of an id. */
const BLOCK_BYTES = 4_096;
const BYTE_VALUES = 256;

/** Ids that sort in the order they were made, also within a millisecond. */
export function ulidIds(clock: () => number): NewId {
  const block = new Uint8Array(BLOCK_BYTES);
  let used = BLOCK_BYTES;
  const next = monotonicFactory(() => {
    if (used === BLOCK_BYTES) {
      randomFillSync(block);
      used = 0;
    }
    return block[used++]! / BYTE_VALUES;
  });
  return ((prefix: string) => `${prefix}_${next(clock())}`) as NewId;
}
