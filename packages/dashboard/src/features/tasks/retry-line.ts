import type { RetryPolicy } from '@fusion-kit/domain/node';
import { duration } from '../../shared/format/figures.ts';

/** How often, how far apart and after which kinds of failure a task is tried again; nothing when it is not. Pure. */
export function retryLine({ limit, backoffMs, on }: RetryPolicy): string | undefined {
  if (limit === 0) return undefined;
  const kinds =
    on === undefined
      ? 'any failure that another attempt can mend'
      : on.map((kind) => kind.replace('_', ' ')).join(', ');
  return `up to ${limit} more, ${duration(backoffMs)} apart and growing, after ${kinds}`;
}
