import type { NewId } from '@fusion-kit/domain/ids';
import { monotonicFactory } from 'ulid';

/** Ids that sort in the order they were made, also within a millisecond. */
export function ulidIds(clock: () => number): NewId {
  const next = monotonicFactory();
  return ((prefix: string) => `${prefix}_${next(clock())}`) as NewId;
}
