import type { Event } from '../event.ts';
import type { TaskSpec } from '../task.ts';

/** Needs that the event of a new task holds itself, beside its prompt and commands; and those of each event after it. */
const NEEDS_FIRST = 20;
const NEEDS_MORE = 150;

/** How a task comes into being: one event, and more when it needs more tasks than one event has room for. Pure. */
export function birth(spec: TaskSpec): Event[] {
  const about = { v: 1 as const, projectId: spec.projectId, runId: spec.runId, taskId: spec.id };
  const events: Event[] = [
    { type: 'task.created', ...about, spec: { ...spec, needs: spec.needs.slice(0, NEEDS_FIRST) } },
  ];
  for (let at = NEEDS_FIRST; at < spec.needs.length; at += NEEDS_MORE)
    events.push({ type: 'task.needs_added', ...about, needs: spec.needs.slice(at, at + NEEDS_MORE) });
  return events;
}
