import * as z from 'zod';
import { Failure } from './errors.ts';
import { ProjectId, RunId, TaskId } from './ids.ts';
import { ApprovalOption } from './nodes/approval.ts';
import type { Run } from './run.ts';
import { isHeld, ProcessSign, type Task } from './task.ts';
import { preview } from './text.ts';

const about = {
  taskId: TaskId,
  runId: RunId,
  projectId: ProjectId,
  node: z.string(),
  title: z.string(),
  since: z.int(),
};

/** Something that waits for a person. Derived from the rows, so it is there as long as its cause and no longer. */
export const InboxItem = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('approval'),
    ...about,
    message: z.string(),
    to: z.string().optional(),
    options: z.array(ApprovalOption),
    /** When it is answered without a person, or fails. */
    expiresAt: z.int(),
  }),
  /** An agent makes no progress, and the run leaves it to a person what is done about it. */
  z.object({ kind: z.literal('stalled'), ...about, process: ProcessSign }),
  /** A task failed for good in a run that goes on. */
  z.object({ kind: z.literal('failure'), ...about, failure: Failure }),
]);
export type InboxItem = z.infer<typeof InboxItem>;

/** What waits for a person in a run, the longest waiting first. Pure. */
export function inboxOf(run: Run, tasks: Iterable<Task>): InboxItem[] {
  const items: InboxItem[] = [];
  for (const task of tasks) {
    const { id: taskId, runId, projectId, node, title, work } = task;
    const common = { taskId, runId, projectId, node, title };
    if (work.kind === 'approval' && task.state === 'running') {
      const since = task.startedAt ?? task.createdAt;
      const asked = { message: preview(task.asks ?? work.message), ...(work.to !== undefined && { to: work.to }) };
      items.push({
        kind: 'approval',
        ...common,
        since,
        ...asked,
        options: work.options,
        expiresAt: since + task.timeoutMs,
      });
    }
    if (task.stalled && isHeld(task) && (run.stall === 'ask' || task.stalled.process === 'unknown'))
      items.push({ kind: 'stalled', ...common, since: task.stalled.since, process: task.stalled.process });
    if (task.state === 'failed' && task.failure && run.state === 'running')
      items.push({ kind: 'failure', ...common, since: task.finishedAt ?? task.createdAt, failure: task.failure });
  }
  return items.toSorted((one, other) => one.since - other.since);
}
