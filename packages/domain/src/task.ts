import * as z from 'zod';
import { AgentSpec, Capability } from './agent.ts';
import { Failure } from './errors.ts';
import { AgentId, DispatchId, ProjectId, RunId, TaskId } from './ids.ts';
import { executorOf, NodeWork, RetryPolicy } from './node.ts';
import { Expression } from './nodes/fields.ts';
import { Question } from './question.ts';
import { ToldProgress } from './progress.ts';
import { CommitId, Receipt } from './receipt.ts';
import { Text } from './text.ts';
import { Usage } from './usage.ts';

export const TaskState = z.enum(['queued', 'assigned', 'running', 'completed', 'failed', 'cancelled', 'skipped']);
export type TaskState = z.infer<typeof TaskState>;
export const TaskPhase = z.enum(['preparing', 'working', 'parked', 'verifying', 'landing']);
export type TaskPhase = z.infer<typeof TaskPhase>;
/** How a needed task may have ended so that its dependent may start. */
export const Accept = z.enum(['completed', 'skipped', 'failed']);
export type Accept = z.infer<typeof Accept>;
export const Need = z.object({ id: TaskId, accept: z.array(Accept).min(1) });
export type Need = z.infer<typeof Need>;

/** Named values a task hands to its dependents. */
export const Outputs = z.record(z.string(), Text);
export type Outputs = z.infer<typeof Outputs>;

/** Where a task stands that runs inside another one. */
export const Scope = z.object({
  parent: TaskId,
  /** Which item of a map or round of a loop, from 1; always 1 in a sub-workflow. */
  index: z.int().positive(),
  /** What its ids start with: `files[2]/`, `fix#1/`, `notes/`, those of the scopes around it first. */
  prefix: z.string().min(1).max(600),
  /** What expressions may speak of here beside inputs and nodes, as JSON: `item`, `index`, `iteration`. */
  values: z.record(z.string(), Text),
  /** The inputs of a sub-workflow, in place of those around it. */
  inputs: z.record(z.string(), Text).optional(),
});
export type Scope = z.infer<typeof Scope>;

/** Attempts whose agents are named. */
export const ONLY_BY_MAX = 50;

/** What a task is from its birth on. `priority` 0 to 9, higher first; `unblocks` counts its direct dependents. */
export const TaskSpec = z.object({
  id: TaskId,
  projectId: ProjectId,
  runId: RunId,
  /** The node's id in the workflow with the prefix of its scope, or a name of its own for a task given by hand. */
  node: z.string().min(1).max(700),
  title: z.string().min(1).max(200),
  work: NodeWork,
  priority: z.int().min(0).max(9),
  requires: z.array(Capability).max(20),
  needs: z.array(Need),
  unblocks: z.int().nonnegative(),
  retry: RetryPolicy,
  timeoutMs: z.int().positive(),
  when: Expression.optional(),
  affinity: z.string().min(1).max(100).optional(),
  scope: Scope.optional(),
  /** Who may do it, by name: the first the first attempt, and so on; the last all that follow. In a run that is enacted again, those who did it in the recorded one. */
  onlyBy: z.array(AgentSpec.shape.name).min(1).max(ONLY_BY_MAX).optional(),
  /** The dispatch in which an agent proposed it. */
  proposedBy: DispatchId.optional(),
});
export type TaskSpec = z.infer<typeof TaskSpec>;

/** One attempt at a task by one agent. */
export const Dispatch = z.object({
  id: DispatchId,
  agentId: AgentId,
  fence: z.int().positive(),
  assignedAt: z.int(),
  startedAt: z.int().optional(),
  /** The agent whose queue it was taken from. */
  stolenFrom: AgentId.optional(),
});
export type Dispatch = z.infer<typeof Dispatch>;

/** Whether processes of a dispatch are alive, as far as can be told. Unknown is neither dead nor clean; `none`: it needs none. */
export const ProcessSign = z.enum(['alive', 'dead', 'unknown', 'none']);
export type ProcessSign = z.infer<typeof ProcessSign>;

/** Characters of what a task was at when its server ended. */
export const DURING_MAX = 300;

export const Landed = z.object({ ref: z.string(), commit: CommitId });
export type Landed = z.infer<typeof Landed>;

/**
 * A unit of work. `fence` numbers its dispatches; `attempts` counts those that failed. Times are milliseconds since 1970.
 * While `state` is running, `phase` tells what is done at present.
 */
export const Task = TaskSpec.extend({
  state: TaskState,
  phase: TaskPhase.optional(),
  fence: z.int().nonnegative(),
  attempts: z.int().nonnegative(),
  dispatch: Dispatch.optional(),
  /** The agent that worked on it last; a resumed task goes back to the same conversation. */
  lastAgentId: AgentId.optional(),
  notBefore: z.int().optional(),
  /** Its `when` was asked and held. */
  admitted: z.boolean().optional(),
  /** Of a task with others inside: how many items or rounds were begun, of how many where that is known. */
  spread: z.object({ opened: z.int().nonnegative(), of: z.int().nonnegative().optional() }).optional(),
  /** What a person is asked, its expressions filled in. */
  asks: Text.optional(),
  /** What its agents ask people and still wait for, and the last of what was answered. */
  questions: z.array(Question).optional(),
  /** Since when its dispatch makes no progress. */
  stalled: z.object({ since: z.int(), process: ProcessSign }).optional(),
  progress: ToldProgress.optional(),
  /** How often in a row the server ended without a word while it was at the same thing. */
  interrupted: z.object({ during: z.string().max(DURING_MAX), times: z.int().positive() }).optional(),
  /** The task of another run whose result this one has. */
  inheritedFrom: TaskId.optional(),
  outputs: Outputs.optional(),
  receipt: Receipt.optional(),
  landed: Landed.optional(),
  failure: Failure.optional(),
  /** Who has seen its failure, and when: it waits in no inbox any more. */
  dismissed: z.object({ by: z.string(), at: z.int() }).optional(),
  /** Why it was cancelled or skipped, e.g. `dependency_failed:tsk_…`. */
  reason: z.string().optional(),
  usage: Usage,
  createdAt: z.int(),
  startedAt: z.int().optional(),
  finishedAt: z.int().optional(),
});
export type Task = z.infer<typeof Task>;

/** The life of a task. */
export const TASK_MOVES = {
  unborn: { 'task.created': 'queued' },
  queued: {
    'task.assigned': 'assigned',
    'task.opened': 'running',
    'task.admitted': 'queued',
    'task.inherited': 'completed',
    'task.completed': 'completed',
    'task.needs_added': 'queued',
    'task.reprioritized': 'queued',
    'task.unparked': 'queued',
    'question.answered': 'queued',
    'task.cancelled': 'cancelled',
    'task.skipped': 'skipped',
    'task.failed': 'failed',
  },
  assigned: {
    'task.started': 'running',
    'question.answered': 'assigned',
    'task.requeued': 'queued',
    'task.failed': 'failed',
    'task.cancelled': 'cancelled',
  },
  running: {
    'task.opened': 'running',
    'task.phase_changed': 'running',
    'task.stalled': 'running',
    'task.revived': 'running',
    'task.progressed': 'running',
    'question.asked': 'running',
    'question.answered': 'running',
    'question.closed': 'running',
    'task.proved': 'running',
    'task.skipped': 'skipped',
    'task.requeued': 'queued',
    'task.completed': 'completed',
    'task.failed': 'failed',
    'task.cancelled': 'cancelled',
  },
  completed: {},
  failed: { 'task.dismissed': 'failed' },
  cancelled: {},
  skipped: {},
} as const satisfies Record<TaskState | 'unborn', Record<string, TaskState>>;

const ENDED: ReadonlySet<TaskState> = new Set(['completed', 'failed', 'cancelled', 'skipped']);
export const isEnded = (state: TaskState): boolean => ENDED.has(state);

/** Whether the house itself carries a task out, without an agent. */
export const isOfHouse = (task: Pick<Task, 'work'>): boolean => executorOf(task.work) === 'house';

/** The name of the one agent of its run that may make the next attempt; undefined: whoever suits may. Pure. */
export const onlyAgentOf = ({ onlyBy, attempts }: Pick<Task, 'onlyBy' | 'attempts'>): string | undefined =>
  onlyBy?.[Math.min(attempts, onlyBy.length - 1)];

/** Whether a dispatch holds the task in such a state: an agent may be at work on it. */
export const isHeld = (task: Task): boolean =>
  task.dispatch !== undefined && (task.state === 'assigned' || task.state === 'running');
