import * as z from 'zod';
import { Capability } from './agent.ts';
import { Failure } from './errors.ts';
import { AgentId, DispatchId, ProjectId, RunId, TaskId } from './ids.ts';
import { NodeWork, RetryPolicy } from './node.ts';
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

/** What a task is from its birth on. `priority` 0 to 9, higher first; `unblocks` counts its direct dependents. */
export const TaskSpec = z.object({
  id: TaskId,
  projectId: ProjectId,
  runId: RunId,
  /** The node's id in the workflow, or a name of its own for a task given by hand. */
  node: z.string().min(1).max(200),
  title: z.string().min(1).max(200),
  work: NodeWork,
  priority: z.int().min(0).max(9),
  requires: z.array(Capability).max(20),
  needs: z.array(Need),
  unblocks: z.int().nonnegative(),
  retry: RetryPolicy,
  timeoutMs: z.int().positive(),
});
export type TaskSpec = z.infer<typeof TaskSpec>;

/** One attempt at a task by one agent. */
export const Dispatch = z.object({
  id: DispatchId,
  agentId: AgentId,
  fence: z.int().positive(),
  assignedAt: z.int(),
  startedAt: z.int().optional(),
});
export type Dispatch = z.infer<typeof Dispatch>;

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
  outputs: Outputs.optional(),
  receipt: Receipt.optional(),
  landed: Landed.optional(),
  failure: Failure.optional(),
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
    'task.needs_added': 'queued',
    'task.reprioritized': 'queued',
    'task.cancelled': 'cancelled',
    'task.skipped': 'skipped',
    'task.failed': 'failed',
  },
  assigned: {
    'task.started': 'running',
    'task.requeued': 'queued',
    'task.failed': 'failed',
    'task.cancelled': 'cancelled',
  },
  running: {
    'task.phase_changed': 'running',
    'task.proved': 'running',
    'task.requeued': 'queued',
    'task.completed': 'completed',
    'task.failed': 'failed',
    'task.cancelled': 'cancelled',
  },
  completed: {},
  failed: {},
  cancelled: {},
  skipped: {},
} as const satisfies Record<TaskState | 'unborn', Record<string, TaskState>>;

const ENDED: ReadonlySet<TaskState> = new Set(['completed', 'failed', 'cancelled', 'skipped']);
export const isEnded = (state: TaskState): boolean => ENDED.has(state);

/** Whether a dispatch holds the task in such a state: an agent may be at work on it. */
export const isHeld = (task: Task): boolean => task.state === 'assigned' || task.state === 'running';
