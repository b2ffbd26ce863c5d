import * as z from 'zod';
import { type Agent, comesBack } from './agent.ts';
import { isHandled } from './decide/settle.ts';
import { Failure } from './errors.ts';
import { AgentId, ProjectId, RunId, TaskId } from './ids.ts';
import { ApprovalOption } from './nodes/approval.ts';
import { Question } from './question.ts';
import { openQuestions } from './questions.ts';
import type { Run } from './run.ts';
import { needsMet, suits } from './schedule.ts';
import { isEnded, isHeld, ProcessSign, type Task } from './task.ts';
import { preview } from './text.ts';
import type { World } from './world.ts';

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
  /** An agent asks something and waits for the answer; `others` counts what its task asks beside it. */
  z.object({
    kind: z.literal('question'),
    ...about,
    questionId: Question.shape.id,
    agentId: AgentId,
    text: Question.shape.text,
    options: Question.shape.options,
    about: Question.shape.about,
    others: z.int().nonnegative(),
  }),
  /** Nobody can begin it: the agent it is for could not be made ready, and that does not mend itself. */
  z.object({ kind: z.literal('blocked'), ...about, agentId: AgentId, agent: z.string(), failure: Failure }),
  /** An agent makes no progress, and the run leaves it to a person what is done about it. */
  z.object({ kind: z.literal('stalled'), ...about, process: ProcessSign }),
  /** A task failed for good in a run that goes on, nothing in the run was there for that, and nobody has dismissed it. */
  z.object({ kind: z.literal('failure'), ...about, failure: Failure }),
]);
export type InboxItem = z.infer<typeof InboxItem>;

/** Items that are shown or told at once. */
export const INBOX_MAX = 100;

/** All that waits for a person in some runs: what goes on when somebody acts first, then what failed, each the longest waiting first. Pure. */
export const inboxOf = (world: World, runs: Iterable<Run>): InboxItem[] => {
  const all = [...runs].map((run) => ({ run, tasks: [...world.tasksOf(run.id)] }));
  const waiting = all.flatMap(({ run, tasks }) => [...waitingIn(run, tasks), ...blockedIn(world, run, tasks)]);
  const failed = all.flatMap(({ run, tasks }) => failedIn(world, run, tasks));
  return [...waiting.toSorted(longest), ...failed.toSorted(longest)];
};

const longest = (one: InboxItem, other: InboxItem): number => one.since - other.since;

/** What of a run goes on when a person has acted, the longest waiting first. Pure. */
export function waitingIn(run: Run, tasks: Iterable<Task>): InboxItem[] {
  const items: InboxItem[] = [];
  for (const task of tasks) {
    const { work } = task;
    if (work.kind === 'approval' && task.state === 'running') {
      const since = task.startedAt ?? task.createdAt;
      const asked = { message: preview(task.asks ?? work.message), ...(work.to !== undefined && { to: work.to }) };
      const expiresAt = since + task.timeoutMs;
      items.push({ kind: 'approval', ...of(task), since, ...asked, options: work.options, expiresAt });
    }
    const open = isEnded(task.state) ? [] : openQuestions(task);
    for (const { id: questionId, askedAt: since, agentId, text, options, about: subject } of open) {
      const asked = { questionId, agentId, text, options, ...(subject && { about: subject }) };
      items.push({ kind: 'question', ...of(task), since, ...asked, others: open.length - 1 });
    }
    if (task.stalled && isHeld(task) && (run.stall === 'ask' || task.stalled.process === 'unknown'))
      items.push({ kind: 'stalled', ...of(task), since: task.stalled.since, process: task.stalled.process });
  }
  return items.toSorted(longest);
}

/** One item for each agent that keeps something from beginning which nobody else can do. */
function blockedIn(world: World, run: Run, tasks: readonly Task[]): InboxItem[] {
  if (run.state !== 'running') return [];
  const team = [...world.agentsOf(run.projectId)].filter(({ state }) => state !== 'terminated');
  const isBroken = (agent: Agent) => agent.state === 'error' && !comesBack(agent);
  if (!team.some(isBroken)) return [];
  const open = tasks.filter((task) => task.state === 'queued' && needsMet(world, task));
  const [broken, able] = [team.filter(isBroken), team.filter((agent) => !isBroken(agent))];
  return broken.flatMap((agent) => {
    const kept = open.filter((task) => suits(agent, task) && !able.some((other) => suits(other, task)));
    const isOnlyFor = (task: Task) => broken.every((other) => other === agent || !suits(other, task));
    const task = kept.find(isOnlyFor) ?? kept[0];
    const { id: agentId, name, failure, changedAt: since } = agent;
    return task && failure ? [{ kind: 'blocked', ...of(task), since, agentId, agent: name, failure }] : [];
  });
}

function failedIn(world: World, run: Run, tasks: readonly Task[]): InboxItem[] {
  if (run.state !== 'running') return [];
  return tasks.flatMap((task) => {
    const { failure, finishedAt, createdAt } = task;
    if (task.state !== 'failed' || !failure || task.dismissed || isDealtWith(world, task)) return [];
    return [{ kind: 'failure', ...of(task), since: finishedAt ?? createdAt, failure }];
  });
}

/** Whether something in the run was there for its failure: a dependent, or what it is part of. */
function isDealtWith(world: World, task: Task): boolean {
  if (isHandled(world, task)) return true;
  const around = task.scope && world.get('tasks', task.scope.parent);
  if (!around) return false;
  return (around.work.kind === 'map' && around.work.tolerant) || isDealtWith(world, around);
}

const of = ({ id: taskId, runId, projectId, node, title }: Task) => ({ taskId, runId, projectId, node, title });
