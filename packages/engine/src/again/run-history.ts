import type { TaskId } from '@fusion-kit/domain/ids';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import { ownNodeOf } from '../node-names.ts';
import { pages } from '../load.ts';
import type { Lookups } from '../lookups.ts';
import { runEvents } from '../run-events.ts';
import type { Writer } from '../writer.ts';
import type { Merge } from './fork.ts';

export interface HistoryOptions {
  lookups: Lookups;
  writer: Writer;
  journal: Journal;
}

export interface History {
  /** The tasks of the workflow's own nodes. */
  own: Task[];
  merges: Merge[];
  base: string | undefined;
}

/** What a run came to by now. What it has kept of another run was merged in that one, so that belongs to its history. */
export async function historyOf(options: HistoryOptions, run: Run): Promise<History> {
  const own: Task[] = [];
  const nodes = new Map<string, string>();
  for await (const rows of tasksOf(options, run)) {
    for (const task of rows) {
      nodes.set(task.id, ownNodeOf(task.node));
      if (isOwn(task)) own.push(task);
    }
  }
  const merges = (await mergesOf(options, run)).map(({ taskId, commit }) => ({
    node: nodes.get(taskId) ?? '',
    commit,
  }));
  const source = run.forkOf && (await options.lookups.row('runs', run.forkOf.runId));
  if (!source || run.forkOf?.enacts) return { own, merges, base: run.base };
  const before = await historyOf(options, source);
  const kept = before.merges.slice(0, before.merges.findLastIndex(({ commit }) => commit === run.base) + 1);
  return { own, merges: [...kept, ...merges], base: before.base };
}

/** Whether a task is of one of the workflow's own nodes. What was proposed in one run may be proposed again in the next. Pure. */
export const isOwn = (task: Task): boolean => !task.scope && !task.proposedBy;

/** All tasks of a run, page by page. */
export async function* tasksOf(
  { writer, journal }: Pick<HistoryOptions, 'writer' | 'journal'>,
  { id: runId }: Pick<Run, 'id'>,
): AsyncGenerator<readonly Task[]> {
  const held = await writer.read((world) => (world.get('runs', runId) ? [...world.tasksOf(runId)] : undefined));
  if (held) yield held;
  else yield* pages(journal, { table: 'tasks', runId });
}

/** Everything that was merged for a run, in order. */
async function mergesOf(
  { journal }: HistoryOptions,
  { id: runId }: Run,
): Promise<{ taskId: TaskId; commit: string }[]> {
  const merges: { taskId: TaskId; commit: string }[] = [];
  for await (const entries of runEvents(journal, runId, { types: ['task.completed'] }))
    for (const { event } of entries)
      if (event.type === 'task.completed' && event.landed)
        merges.push({ taskId: event.taskId, commit: event.landed.commit });
  return merges;
}
