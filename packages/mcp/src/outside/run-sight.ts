import { Agent } from '@fusion-kit/domain/agent';
import { Inbox, page, TaskView } from '@fusion-kit/domain/api';
import type { InboxItem } from '@fusion-kit/domain/inbox';
import { Project } from '@fusion-kit/domain/project';
import { Run } from '@fusion-kit/domain/run';
import { preview } from '@fusion-kit/domain/text';
import type { Usage } from '@fusion-kit/domain/usage';
import type * as z from 'zod';
import type { Api } from './outside.ts';

/** Rows of a run that are read, and tasks that are shown. */
const ROWS_MAX = 500;
const TASKS_MAX = 100;

const ENDED_LAST = ['failed', 'running', 'assigned', 'cancelled', 'queued', 'skipped', 'completed'];

export interface RunRows {
  run: Run;
  project: Project;
  tasks: TaskView[];
  agents: Agent[];
}

export const pathOf = (noun: string, id: string): string => `/${noun}/${encodeURIComponent(id)}`;

/** A run with its project, its tasks and its agents, of very large ones not all. */
export async function rowsOf(api: Api, id: string): Promise<RunRows> {
  const run = await api.get(pathOf('runs', id), Run);
  const query = { limit: ROWS_MAX, order: 'oldest' };
  const [project, tasks, own, others] = await Promise.all([
    api.get(pathOf('projects', run.projectId), Project),
    api.get('/tasks', page(TaskView), { query: { ...query, run: run.id } }),
    api.get('/agents', page(Agent), { query: { ...query, run: run.id } }),
    api.get('/agents', page(Agent), { query: { limit: ROWS_MAX, order: 'newest', project: run.projectId } }),
  ]);
  const agents = new Map([...own.items, ...others.items].map((agent) => [agent.id, agent]));
  return { run, project, tasks: tasks.items, agents: [...agents.values()] };
}

/** What waits for a person, in one run or in all. */
export const inboxOf = (api: Api, run?: string): Promise<z.infer<typeof Inbox>> =>
  api.get('/inbox', Inbox, { query: { run, limit: ROWS_MAX } });

/** Something that waits for a person as a program reads it, who answers it by the id of its task. Pure. */
export function itemSight(item: InboxItem): Record<string, unknown> {
  const { kind, taskId: task, runId: run, title } = item;
  const about = { kind, task, run, title };
  switch (item.kind) {
    case 'approval':
      return { ...about, message: item.message, options: item.options.map(({ id }) => id) };
    case 'question':
      return { ...about, question: item.questionId, message: preview(item.text), options: item.options };
    case 'stalled':
      return { ...about, process: item.process, options: ['restart', 'cancel'] };
    case 'blocked':
      return { ...about, agent: item.agent, failure: item.failure.message, remedy: item.failure.remedy };
    case 'failure':
      return { ...about, failure: item.failure.message, remedy: item.failure.remedy };
  }
}

export const costSight = ({ calls, inputTokens, outputTokens, costUsd, unpricedCalls }: Usage) => ({
  calls,
  inputTokens,
  outputTokens,
  costUsd,
  ...(unpricedCalls > 0 && { unpricedCalls }),
});

export const runLine = ({ id, name, state, startedAt, finishedAt, branch, usage }: Run) => ({
  run: id,
  name,
  state,
  started: new Date(startedAt).toISOString(),
  ...(finishedAt !== undefined && { finished: new Date(finishedAt).toISOString() }),
  branch,
  cost: costSight(usage),
});

/** A run as a program reads it, tasks that need looking at first. Pure. */
export function runSight({ run, project, tasks, agents }: RunRows): Record<string, unknown> {
  const nameOf = new Map<string, string>(agents.map(({ id, name }) => [id, name]));
  const ordered = tasks.toSorted((one, other) => ENDED_LAST.indexOf(one.state) - ENDED_LAST.indexOf(other.state));
  return {
    ...runLine(run),
    project: project.path,
    ...(run.failure && { failure: `${run.failure.message}; ${run.failure.remedy}` }),
    tasks: ordered.slice(0, TASKS_MAX).map((task) => ({
      task: task.id,
      node: task.node,
      title: task.title,
      state: task.phase ? `${task.state}: ${task.phase}` : task.state,
      agent: nameOf.get(task.dispatch?.agentId ?? task.lastAgentId ?? ''),
      waitingFor: task.waitingFor,
      progress: task.progress?.text,
      failure: task.failure?.message ?? task.reason,
    })),
    ...(tasks.length > TASKS_MAX && { notShown: tasks.length - TASKS_MAX }),
  };
}
