import type { Entry } from '@fusion-kit/domain/entry';
import { severityOf } from '@fusion-kit/domain/event';
import type { EventFilter } from '@fusion-kit/domain/ports/journal';

/** The ids that a filter names. Pure. */
export const idsOf = ({ projectId, runId, taskId, agentId }: EventFilter): string[] =>
  [projectId, runId, taskId, agentId].filter((id) => id !== undefined);

/** Whether an event is one of those that a filter asks for. Pure. */
export function matches({ at, event }: Entry, filter: EventFilter): boolean {
  const { types, severities, since, projectId, runId, taskId, agentId } = filter;
  if (types && !types.includes(event.type)) return false;
  if (severities && !severities.includes(severityOf(event))) return false;
  if (since !== undefined && at < since) return false;
  const of = event as Record<string, unknown>;
  return Object.entries({ projectId, runId, taskId, agentId }).every(
    ([name, id]) => id === undefined || of[name] === id,
  );
}
