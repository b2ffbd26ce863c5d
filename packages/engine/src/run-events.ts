import type { Entry } from '@fusion-kit/domain/entry';
import { EVENT_TYPES, type EventType } from '@fusion-kit/domain/event';
import type { RunId } from '@fusion-kit/domain/ids';
import type { Journal } from '@fusion-kit/domain/ports/journal';

const PAGE = 2_000;

/** What changes a run and its tasks. */
export const RUN_AND_TASK_EVENTS = EVENT_TYPES.filter(
  (type) => type.startsWith('run.') || type.startsWith('task.') || type === 'model.called' || type === 'usage.reported',
);

/** The events of one run, oldest first, page by page: up to the number `to`, and of these types, by default all that change the run and its tasks. */
export async function* runEvents(
  journal: Pick<Journal, 'readAfter'>,
  runId: RunId,
  { to = Infinity, types = RUN_AND_TASK_EVENTS }: { to?: number; types?: readonly EventType[] } = {},
): AsyncGenerator<readonly Entry[]> {
  for (let after = 0; ;) {
    const page = await journal.readAfter(after, PAGE, { runId, types });
    const wanted = page.filter(({ seq }) => seq <= to);
    if (wanted.length > 0) yield wanted;
    if (wanted.length < PAGE) return;
    after = page.at(-1)?.seq ?? after;
  }
}
