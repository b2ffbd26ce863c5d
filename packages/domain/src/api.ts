import * as z from 'zod';
import { Agent, AgentSpec, AgentState } from './agent.ts';
import { Entry } from './entry.ts';
import { Failure } from './errors.ts';
import { INBOX_MAX, InboxItem } from './inbox.ts';
import { Severity } from './event.ts';
import { AgentId, ProjectId, QuestionId, RunId, TaskId, WorkflowId } from './ids.ts';
import { LeashClaim, LeashUsage } from './leash.ts';
import { Address, Message } from './message.ts';
import { NodeWork, RetryPolicy } from './node.ts';
import { ModelProtocol } from './ports/upstream.ts';
import { Project, ProjectBudget } from './project.ts';
import { Run, RunState } from './run.ts';
import { Accept, Task, TaskState } from './task.ts';
import { Budget } from './usage.ts';
import { Workflow, WorkflowDefinition } from './workflow.ts';

/** The API contract, under `/api/v1`. Server, command line and page derive from it and never restate it. */
export const API_PREFIX = '/api/v1';
/** Largest request body, in bytes; workflow files may be larger. */
export const BODY_MAX_BYTES = 1_000_000;
export const WORKFLOW_BODY_MAX_BYTES = 24_000_000;
/** Characters of a workflow file, and of the files beside it that its reader may look at. */
export const WORKFLOW_TEXT_MAX = 20_000_000;
const CONTEXT_TEXT_MAX = 500_000;
/** Every answer names the server's version here; a request that names another one is refused with `version_mismatch`. */
export const VERSION_HEADER = 'x-fusion-kit-version';
/** A browser cannot set headers on a WebSocket: it offers this subprotocol and, beside it, the prefix followed by the token. */
export const SUBPROTOCOL = 'fusion-kit';
export const TOKEN_SUBPROTOCOL_PREFIX = 'bearer.';
/** Entries and deltas of one WebSocket message, which is a JSON array of frames. */
export const FRAMES_MAX = 200;
/** Code of a WebSocket that is closed because of what its address asks for; the reason is in words. */
export const CLOSE_BAD_REQUEST = 4400;

export const ErrorBody = z.object({ error: Failure });
export type ErrorBody = z.infer<typeof ErrorBody>;

// what is asked for

/** `limit` rows in the order of their ids, starting after `cursor` (the `next` of the page before). */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(100).optional(),
  order: z.enum(['oldest', 'newest']).default('newest'),
});
export const ProjectQuery = PageQuery;
export const AgentQuery = PageQuery.extend({
  state: AgentState.optional(),
  project: ProjectId.optional(),
  run: RunId.optional(),
});
export const TaskQuery = PageQuery.extend({
  state: TaskState.optional(),
  agent: AgentId.optional(),
  run: RunId.optional(),
  project: ProjectId.optional(),
  workflow: WorkflowId.optional(),
});
export const WorkflowQuery = PageQuery.extend({ project: ProjectId.optional() });
export const RunQuery = PageQuery.extend({
  project: ProjectId.optional(),
  state: RunState.optional(),
  workflow: WorkflowId.optional(),
});
export const MessageQuery = PageQuery.extend({ project: ProjectId.optional(), run: RunId.optional() });
/** `type` may be given several times, joined by commas; `since` is an ISO 8601 time; `after` an event number, of use with `order=oldest`. */
export const EventQuery = z.object({
  type: z.string().max(500).optional(),
  severity: Severity.optional(),
  agent: AgentId.optional(),
  task: TaskId.optional(),
  run: RunId.optional(),
  project: ProjectId.optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  after: z.coerce.number().int().min(0).optional(),
  order: z.enum(['oldest', 'newest']).default('newest'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
/** The conversation of a task, in the order it was held unless asked otherwise. */
export const LogQuery = EventQuery.pick({ after: true, limit: true }).extend({
  order: EventQuery.shape.order.unwrap().default('oldest'),
});
export const InboxQuery = z.object({
  project: ProjectId.optional(),
  run: RunId.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(INBOX_MAX),
});
/** What changed between two versions of a workflow. */
export const WorkflowDiffQuery = z.object({
  from: z.coerce.number().int().positive(),
  to: z.coerce.number().int().positive(),
});
export const WorkflowVersionQuery = z.object({ version: z.coerce.number().int().positive().optional() });

// what is sent

export const NewProject = z.object({
  path: z.string().min(1).max(4_096),
  name: z.string().min(1).max(100).optional(),
  budget: ProjectBudget.default({}),
});
/** What it may spend from now on; an absent bound does not bind. */
export const ProjectChange = z.object({ budget: ProjectBudget });
export const NewAgent = AgentSpec.extend({
  project: ProjectId,
  /** Absent: `acp` for an agent that names a program, else `model-loop`. */
  runtime: AgentSpec.shape.runtime.optional(),
  capabilities: AgentSpec.shape.capabilities.default([]),
  subscriptions: AgentSpec.shape.subscriptions.default([]),
  budget: Budget.default({}),
});
export type NewAgent = z.input<typeof NewAgent>;
export const AgentChange = z.discriminatedUnion('action', [
  z.object({ action: z.literal('pause') }),
  z.object({ action: z.literal('resume') }),
  z.object({ action: z.literal('respawn') }),
  z.object({ action: z.literal('update'), change: AgentSpec.omit({ name: true, runtime: true }).partial() }),
]);
/** A task given by hand, in the project's standing run. */
export const NewTask = z.object({
  project: ProjectId,
  title: z.string().min(1).max(200),
  work: NodeWork,
  requires: Task.shape.requires.default([]),
  priority: Task.shape.priority.default(5),
  needs: z.array(z.object({ id: TaskId, accept: z.array(Accept).min(1).default(['completed']) })).default([]),
  retry: RetryPolicy.default({ limit: 1, backoffMs: 2_000 }),
  timeoutMs: z.int().positive().default(1_800_000),
});
export type NewTask = z.input<typeof NewTask>;
export const TaskChange = z.discriminatedUnion('action', [
  z.object({ action: z.literal('cancel'), reason: z.string().max(500).default('cancelled by a person') }),
  z.object({ action: z.literal('reprioritize'), priority: Task.shape.priority }),
  z.object({ action: z.literal('skip'), reason: z.string().max(500).default('skipped by a person') }),
  /** Takes it out of its agent's hands and gives it out again, in the same conversation. */
  z.object({ action: z.literal('restart'), reason: z.string().max(500).default('started again by a person') }),
  /** Takes the failure of a task out of the inbox. */
  z.object({ action: z.literal('dismiss'), by: z.string().min(1).max(100).default('a person') }),
  /** The answer to an approval; `by` is the person's name. */
  z.object({
    action: z.literal('answer'),
    option: z.string().min(1).max(40),
    comment: z.string().max(2_000).optional(),
    by: z.string().min(1).max(100).default('a person'),
  }),
  /** The answer to a question of its agent, to the only one when none is named: one of its options, words, or both. */
  z.object({
    action: z.literal('reply'),
    question: QuestionId.optional(),
    option: z.string().min(1).max(1_000).optional(),
    text: z.string().min(1).max(10_000).optional(),
    by: z.string().min(1).max(100).default('a person'),
  }),
]);
/** `source` is the text of a workflow file; `file` is its name for messages about it. Saving under an existing name adds a version. */
export const NewWorkflow = z.object({
  project: ProjectId,
  source: z.string().min(1).max(WORKFLOW_TEXT_MAX),
  file: z.string().max(500).default('workflow.yaml'),
  /** For a Spec Kit task list: the texts of the feature's other files, and the project's own commands. */
  context: z
    .object({
      spec: z.string().max(CONTEXT_TEXT_MAX).optional(),
      plan: z.string().max(CONTEXT_TEXT_MAX).optional(),
      setup: z.array(z.string().min(1).max(2_000)).max(10).optional(),
      check: z.array(z.string().min(1).max(2_000)).max(10).optional(),
    })
    .optional(),
  /** Who saves it, as the version remembers. */
  author: z.string().min(1).max(100).default('a person'),
});
export type NewWorkflow = z.output<typeof NewWorkflow>;
export const StartRun = z.object({
  inputs: z.record(z.string(), z.string()).default({}),
  /** Runtime, provider and model for team members that name none. */
  runtime: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  /** The longest that the run may take, in place of what the workflow says. */
  timeoutMs: z.int().positive().optional(),
});
/** A new run that keeps what another has done. `node`: it and all that needs it are done anew; absent: all that did not complete. */
export const ForkRun = z.object({
  node: z.string().min(1).max(200).optional(),
  /** Inputs that differ from those of the first run. */
  inputs: z.record(z.string(), z.string()).default({}),
  runtime: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  /** What it may use, in place of what the first run might. */
  budget: Budget.optional(),
});
/** A run is enacted again as it is: there is nothing to choose. */
export const ReenactRun = z.strictObject({});
/** Where the log is folded to; its end when absent. */
export const ReplayQuery = z.object({ to: z.coerce.number().int().positive().optional() });
export const DiffQuery = z.object({ with: RunId });
export const RunChange = z.discriminatedUnion('action', [
  z.object({ action: z.literal('pause') }),
  z.object({ action: z.literal('resume') }),
  z.object({ action: z.literal('cancel'), reason: z.string().max(500).default('cancelled by a person') }),
  /** What it may use from now on, what it has used included; an absent bound does not bind. */
  z.object({ action: z.literal('budget'), budget: Budget }),
]);
/** `from` is the person's name as agents read it. */
export const NewMessage = z.object({
  project: ProjectId,
  to: Address,
  text: z.string().min(1).max(10_000),
  from: z.string().min(1).max(100).default('a person'),
  ttlMs: z.int().positive().optional(),
});

// what is answered

export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable() });
/** A task with why it waits; the reason is derived when asked. */
export const TaskView = Task.extend({ waitingFor: z.string().optional() });
export type TaskView = z.infer<typeof TaskView>;
export const WorkflowCheck = z.object({
  valid: z.boolean(),
  problems: z.array(Failure),
  warnings: z.array(z.string()),
  nodes: z.int(),
  levels: z.int(),
  widest: z.int(),
  criticalPath: z.array(z.string()),
  /** Nodes that may run at the same time and may write the same files. */
  conflicts: z.array(z.object({ nodes: z.tuple([z.string(), z.string()]), path: z.string() })).optional(),
});
export type WorkflowCheck = z.infer<typeof WorkflowCheck>;
/** A workflow with the definition of the asked version (the latest by default) in place of the pointer to it. */
export const WorkflowView = Workflow.omit({ definition: true }).extend({ definition: WorkflowDefinition });
export type WorkflowView = z.infer<typeof WorkflowView>;
/** A line of the log as clients see it. */
export const EventView = Entry.omit({ keyed: true });
export type EventView = z.infer<typeof EventView>;
export const Started = z.object({ run: Run });
/** What waits for a person; `more` counts what the answer has no room for. */
export const Inbox = z.object({ items: z.array(InboxItem), more: z.int().nonnegative() });
/** A run as the log up to `seq` tells it; `hash` is over the canonical JSON of these rows. `live` is that of the rows as they are, when `seq` is the end. */
export const Replay = z.object({
  seq: z.int(),
  events: z.int(),
  hash: z.string(),
  live: z.string().optional(),
  run: Run,
  tasks: z.array(Task),
});
export type Replay = z.infer<typeof Replay>;
/** Where two runs go apart: the first event, in the order of the first run, that the other does not have at its place. */
export const RunDiff = z.object({
  same: z.boolean(),
  node: z.string().optional(),
  one: Entry.omit({ keyed: true }).optional(),
  other: Entry.omit({ keyed: true }).optional(),
  /** Events that agree before that. */
  agreeing: z.int(),
});
export type RunDiff = z.infer<typeof RunDiff>;
export const AgentMetrics = z.object({
  agentId: AgentId,
  usage: Agent.shape.usage,
  tasks: z.object({ completed: z.int(), failed: z.int(), running: z.int() }),
  toolCalls: z.int(),
  workingMs: z.number(),
  /** What its processes and files take while it has a task in hand, looked at every few seconds. */
  holds: LeashUsage.optional(),
});
/** A provider as the server knows it; the key itself is never shown. */
export const ProviderView = z.object({
  id: z.string(),
  protocol: z.string(),
  baseUrl: z.string(),
  defaultModel: z.string().nullable(),
  status: z.object({
    ok: z.boolean(),
    credential: z.string(),
    remainingUsd: z.number().nullable(),
    checkedAt: z.int(),
    failure: Failure.optional(),
  }),
});
export type ProviderView = z.infer<typeof ProviderView>;
/** What `provider check` found out about a provider, without a call that costs anything. */
export const ProviderFindings = z.object({
  id: z.string(),
  findings: z.array(z.object({ name: z.string(), ok: z.boolean(), message: z.string() })),
});
export type ProviderFindings = z.infer<typeof ProviderFindings>;
const ProviderId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);
export const NewProvider = z
  .object({
    id: ProviderId,
    /** Which client talks to it; `package` instead brings its own. */
    protocol: ModelProtocol.optional(),
    /** Needed where the protocol has no usual place. */
    baseUrl: z.url({ protocol: /^https?$/ }).optional(),
    defaultModel: z.string().min(1).max(200).optional(),
    /** Name of the environment variable that holds the key; the key itself is never sent. */
    keyVariable: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/)
      .optional(),
    /** An npm package below the data directory, or an absolute path of a module, that makes the provider. */
    package: z.string().min(1).max(1_000).optional(),
    /** Who is asked, in order, when this one refuses. */
    fallback: z
      .array(z.object({ provider: ProviderId, model: z.string().min(1).max(200) }))
      .max(8)
      .optional(),
    /** Says that one of the same id is to be replaced. */
    replace: z.boolean().optional(),
  })
  .refine(({ protocol, package: from }) => (protocol === undefined) !== (from === undefined), {
    error: 'name either a protocol or a package',
    path: ['protocol'],
  })
  .refine(({ protocol, baseUrl }) => protocol !== 'openai-compatible' || baseUrl !== undefined, {
    error: 'where does it answer?',
    path: ['baseUrl'],
  });
export const Health = z.object({
  status: z.enum(['ok', 'failing']),
  version: z.string(),
  schemaVersion: z.int(),
  pid: z.int(),
  dataDir: z.string(),
  sandbox: z.enum(['bubblewrap', 'none', 'missing']),
  /** What keeps agents to what here; with the figures of those for whom nothing else was said. */
  leash: z.array(LeashClaim),
  uptimeMs: z.number(),
  lastSeq: z.int(),
  synchronous: z.string(),
  counts: z.object({ agents: z.int(), runningTasks: z.int(), queuedTasks: z.int(), runs: z.int() }),
  /** What decides whether one more agent may begin. */
  machine: z
    .object({
      memoryFreeBytes: z.number(),
      memoryTotalBytes: z.number(),
      loadPerCore: z.number(),
      diskFreeBytes: z.number(),
      /** What a dispatch takes at its peak, by runtime, learned from those that have ended. */
      learned: z.array(z.object({ runtime: z.string(), expectedBytes: z.int(), dispatches: z.int() })),
    })
    .optional(),
});
export type Health = z.infer<typeof Health>;

/** What health tells without a token. */
export const PublicHealth = Health.pick({ status: true, version: true });
/** What stays in the database: so many of the newest events, or those of the last days. Everything older is archived. */
export const ArchiveRequest = z.union([
  z.strictObject({ keepEvents: z.int().nonnegative() }),
  z.strictObject({ keepDays: z.number().nonnegative().default(30) }),
]);
/** What was archived, and the number of the last event that now is. */
export const Archived = z.object({ segments: z.int(), events: z.int(), end: z.int() });
export const Stopping = z.object({ status: z.literal('stopping') });

/** Where a page starts: all rows it shows as of event `seq`; everything later comes as frames after it. */
export const SnapshotView = z.object({
  seq: z.int(),
  schemaVersion: z.int(),
  serverVersion: z.string(),
  sandbox: Health.shape.sandbox,
  rows: z.object({
    projects: z.array(Project),
    agents: z.array(Agent),
    workflows: z.array(Workflow),
    runs: z.array(Run),
    tasks: z.array(Task),
    messages: z.array(Message),
  }),
});
export type SnapshotView = z.infer<typeof SnapshotView>;

/** What comes over `/ws/events`. `hello` is first; `entry` frames follow without a gap; `delta` is shown and forgotten. */
export const Frame = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), schemaVersion: z.int(), serverVersion: z.string(), head: z.int() }),
  z.object({ kind: z.literal('entry'), ...EventView.shape }),
  z.object({ kind: z.literal('delta'), agentId: AgentId, taskId: TaskId, text: z.string() }),
]);
export type Frame = z.infer<typeof Frame>;
