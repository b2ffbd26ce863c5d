import { FusionError } from '@fusion-kit/domain/errors';
import type { Archived, Journal } from '@fusion-kit/domain/ports/journal';

/** What stays where it is: that many of the newest events, or those of the last days. */
export type Keep = { events: number } | { days: number };

const DAY_MS = 24 * 3_600_000;

/** Number of the first event that is kept. */
async function firstKept(journal: Journal, keep: Keep, { head, now }: { head: number; now: number }): Promise<number> {
  if ('events' in keep) return Math.max(0, head - keep.events + 1);
  const [first] = await journal.readAfter(0, 1, { since: now - keep.days * DAY_MS });
  return first?.seq ?? head;
}

/**
 * Archives what is older than what is kept. The newest event always stays.
 * @throws {FusionError} `data_directory_unusable` when the journal has no archive; `journal_failed`
 */
export async function archiveLog(journal: Journal, keep: Keep, at: { head: number; now: number }): Promise<Archived> {
  if (!journal.archive) throw new FusionError('data_directory_unusable', 'a journal in memory has no archive');
  return await journal.archive(await firstKept(journal, keep, at));
}
