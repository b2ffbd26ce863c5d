import * as z from 'zod';
import { AgentState, TopicPattern } from './agent.ts';
import { TaskId } from './ids.ts';
import { Outputs, TaskState } from './task.ts';

/** Tasks and agents that a sight names; the others are counted. */
export const SIGHT_MAX = 100;

/** A task as an agent of the same run may see it. */
export const TaskSight = z.object({
  id: TaskId,
  node: z.string(),
  title: z.string(),
  state: TaskState,
  /** The agent that has it, or had it last. */
  agent: z.string().optional(),
  /** What it needs, with the names of what those gave. */
  needs: z.array(
    z.object({ id: TaskId, node: z.string(), title: z.string(), state: TaskState, outputs: z.array(z.string()) }),
  ),
  needsCount: z.int().nonnegative(),
  outputs: Outputs,
  /** Why it failed, was cancelled or was skipped. */
  reason: z.string().optional(),
});
export type TaskSight = z.infer<typeof TaskSight>;

/** Who works beside an agent, and what it listens to itself. */
export const TeamSight = z.object({
  you: z.string(),
  subscriptions: z.array(TopicPattern),
  members: z.array(
    z.object({ name: z.string(), capabilities: z.array(z.string()), state: AgentState, task: z.string().optional() }),
  ),
  membersCount: z.int().nonnegative(),
});
export type TeamSight = z.infer<typeof TeamSight>;
