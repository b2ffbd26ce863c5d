import * as z from 'zod';
import { Failure } from './errors.ts';
import { AgentId, DispatchId, ProjectId, RunId, TaskId } from './ids.ts';
import { AllowedHost, Credentials, Permissions, ResourceLimits, SecretName, Taken } from './leash.ts';
import { Budget, Usage } from './usage.ts';

export const AgentState = z.enum(['spawning', 'idle', 'working', 'paused', 'error', 'terminated']);
export type AgentState = z.infer<typeof AgentState>;

/** A skill an agent has and a task may require: lower-case words joined by dashes or dots. */
export const Capability = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.+-]{0,63}$/, 'lower-case letters, digits, dots and dashes');
/** `plan.ready`, or with wildcards in a subscription: `agent.*.status`, `plan.>`. */
export const TopicPattern = z
  .string()
  .regex(/^([a-z0-9_-]+|\*)(\.([a-z0-9_-]+|\*))*(\.>)?$|^>$/, 'words joined by dots; * is one word, > the rest');
export const Topic = z.string().regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/, 'words joined by dots');

export const ProgramName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and dashes');

/** What the user chooses when an agent is made. */
export const AgentSpec = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and dashes'),
  runtime: z.string().min(1).max(64),
  provider: z.string().min(1).max(64).optional(),
  model: z.string().min(1).max(200).optional(),
  capabilities: z.array(Capability).max(50),
  subscriptions: z.array(TopicPattern).max(50),
  instructions: z.string().max(8_000).optional(),
  budget: Budget,
  /** Which program does the work, where the runtime starts one: `claude`, `codex`, or an entry of the user's own. */
  program: ProgramName.optional(),
  /** `gateway` when absent. */
  credentials: Credentials.optional(),
  /** `allow` when absent: the cage holds either way. */
  permissions: Permissions.optional(),
  takes: z.array(Taken).max(4).optional(),
  hosts: z.array(AllowedHost).max(50).optional(),
  secrets: z.array(SecretName).max(20).optional(),
  limits: ResourceLimits.optional(),
});
export type AgentSpec = z.infer<typeof AgentSpec>;

/** How an agent works of which nobody says so: fusion-kit's own loop, or the protocol that its program speaks. Pure. */
export const usualRuntime = ({ program }: Pick<AgentSpec, 'program'>): string =>
  program === undefined ? 'model-loop' : 'acp';

/** The runtime of agents that have a workspace and no model: they carry out commands. */
export const SHELL_RUNTIME = 'shell';

/** A named worker. `taskId` and `dispatchId` say what is in its hands; `runId` that it is released with that run. */
export const Agent = AgentSpec.extend({
  id: AgentId,
  projectId: ProjectId,
  runId: RunId.optional(),
  state: AgentState,
  taskId: TaskId.optional(),
  dispatchId: DispatchId.optional(),
  workspace: z.string().optional(),
  sandbox: z.string().optional(),
  failure: Failure.optional(),
  usage: Usage,
  createdAt: z.int(),
  changedAt: z.int(),
});
export type Agent = z.infer<typeof Agent>;

/** Whether an agent that failed is opened again by itself, after the time that its failure names. Pure. */
export const comesBack = ({ state, failure }: Agent): boolean =>
  state === 'error' && failure?.retryAfterMs !== undefined;

/** The life of an agent. Events of its task move it too, when they name the dispatch in its hands. */
export const AGENT_MOVES = {
  unborn: { 'agent.spawning': 'spawning' },
  spawning: { 'agent.ready': 'idle', 'agent.failed': 'error', 'agent.terminated': 'terminated' },
  idle: {
    'task.assigned': 'working',
    'agent.paused': 'paused',
    'agent.failed': 'error',
    'agent.terminated': 'terminated',
    'agent.respawning': 'spawning',
  },
  working: {
    'task.proved': 'idle',
    'task.completed': 'idle',
    'task.failed': 'idle',
    'task.cancelled': 'idle',
    'task.requeued': 'idle',
    'agent.paused': 'paused',
  },
  paused: {
    'task.proved': 'paused',
    'task.completed': 'paused',
    'task.failed': 'paused',
    'task.cancelled': 'paused',
    'task.requeued': 'paused',
    'agent.resumed': 'idle',
    'agent.continued': 'working',
    'agent.failed': 'error',
    'agent.terminated': 'terminated',
  },
  error: { 'agent.respawning': 'spawning', 'agent.terminated': 'terminated' },
  terminated: {},
} as const satisfies Record<AgentState | 'unborn', Record<string, AgentState>>;
