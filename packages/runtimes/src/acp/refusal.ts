import { setTimeout as wait } from 'node:timers/promises';
import { type ErrorRow, ERRORS, type FusionError } from '@fusion-kit/domain/errors';
import type { Turn } from '@fusion-kit/domain/ports/runtime';

const LOOK_MS = 1_000;
/** A pause that a program's own retries sit out. */
const PATIENCE_MS = 20_000;

/** Whether asking again soon cannot help: the work is parked, or over. Pure. */
function isForGood({ code, retryAfterMs }: FusionError): boolean {
  const row: ErrorRow = ERRORS[code];
  return row.again === 'never' || (row.again === 'free' && (retryAfterMs ?? Infinity) > PATIENCE_MS);
}

/** Why models are refused to a program, once that is so for good: programs try again for long, or wait in silence. Never, where that does not happen before the signal aborts. */
export async function refusedForGood({ services }: Pick<Turn, 'services'>, signal: AbortSignal): Promise<FusionError> {
  for (let before: FusionError | undefined; ;) {
    await wait(LOOK_MS, undefined, { signal });
    const refused = services?.failure();
    // One that is followed by an answer was none.
    if (refused && refused === before && isForGood(refused)) return refused;
    before = refused;
  }
}
