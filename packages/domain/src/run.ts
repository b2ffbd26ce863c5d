import * as z from 'zod';
import { Failure } from './errors.ts';
import { ProjectId, RunId, WorkflowId } from './ids.ts';
import { AllowedHost, SecretName } from './leash.ts';
import { ProposalPolicy } from './proposal.ts';
import { CheckResult, CommitId } from './receipt.ts';
import { BlobRef } from './text.ts';
import { Budget, Usage } from './usage.ts';

export const RunState = z.enum(['running', 'paused', 'completed', 'failed', 'cancelled']);
export type RunState = z.infer<typeof RunState>;

/** What is done about a dispatch that makes no progress: its task is given out again, a person is asked, or nothing. */
export const StallPolicy = z.enum(['retry', 'ask', 'wait']);
export type StallPolicy = z.infer<typeof StallPolicy>;

/** One execution of a workflow version. A standing run (no workflow) holds the tasks a person gives by hand and never ends by itself. */
export const RunSpec = z.object({
  id: RunId,
  projectId: ProjectId,
  workflowId: WorkflowId.optional(),
  workflowVersion: z.int().positive().optional(),
  name: z.string().min(1).max(200),
  inputs: z.record(z.string(), z.string()),
  /** The branch its work lands on, below `refs/heads/`; absent where the project has no git. */
  branch: z.string().optional(),
  /** The user's commit it starts from. */
  base: CommitId.optional(),
  setup: z.array(z.string()),
  check: z.array(z.string()),
  /** What its own commands may reach, and the secrets they are given, as the definition says. */
  hosts: z.array(AllowedHost).optional(),
  secrets: z.array(SecretName).optional(),
  budget: Budget,
  /** The definition as it was when the run started, the sub-workflows it names put in: canonical JSON in the blob store. */
  definition: BlobRef.optional(),
  concurrency: z.int().min(1).optional(),
  deadlineAt: z.int().optional(),
  stall: StallPolicy.optional(),
  proposals: ProposalPolicy.optional(),
  /** The run whose work this one goes on from, and the node that is done anew; or the one whose record it enacts again. */
  forkOf: z.object({ runId: RunId, node: z.string().optional(), enacts: z.literal(true).optional() }).optional(),
});
export type RunSpec = z.infer<typeof RunSpec>;

/** `head` is the integration commit: where the next task starts and the branch points. `phase` is `checking` while the project's check runs at the end. */
export const Run = RunSpec.extend({
  state: RunState,
  phase: z.enum(['working', 'checking']),
  head: CommitId.optional(),
  checks: z.array(CheckResult),
  failure: Failure.optional(),
  usage: Usage,
  startedAt: z.int(),
  finishedAt: z.int().optional(),
});
export type Run = z.infer<typeof Run>;

export const RUN_MOVES = {
  unborn: { 'run.started': 'running' },
  running: {
    'run.budgeted': 'running',
    'run.paused': 'paused',
    'run.checking': 'running',
    'run.completed': 'completed',
    'run.failed': 'failed',
    'run.cancelled': 'cancelled',
  },
  paused: { 'run.budgeted': 'paused', 'run.resumed': 'running', 'run.failed': 'failed', 'run.cancelled': 'cancelled' },
  completed: {},
  failed: {},
  cancelled: {},
} as const satisfies Record<RunState | 'unborn', Record<string, RunState>>;

export const runEnded = (state: RunState): boolean =>
  state === 'completed' || state === 'failed' || state === 'cancelled';

/** The ref in the user's repository and in the project store that a run lands on. */
export const branchRef = (branch: string): string => `refs/heads/${branch}`;

/** Whether agents of these runs work together: of the same run, or one of them belongs to none. Pure. */
export const meet = (one: RunId | undefined, other: RunId | undefined): boolean =>
  one === undefined || other === undefined || one === other;
