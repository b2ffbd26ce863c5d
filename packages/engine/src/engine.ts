import type { Agent } from '@fusion-kit/domain/agent';
import type { Replay, RunDiff } from '@fusion-kit/domain/api';
import type { Command } from '@fusion-kit/domain/command';
import type { Entry } from '@fusion-kit/domain/entry';
import type { AgentId, NewId, ProjectId, RunId, TaskId, WorkflowId } from '@fusion-kit/domain/ids';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Archived, EventFilter, RowQuery, Snapshot } from '@fusion-kit/domain/ports/journal';
import type { Project, ProjectBudget } from '@fusion-kit/domain/project';
import type { Rows, Table } from '@fusion-kit/domain/row';
import type { Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import type { Workflow, WorkflowDefinition } from '@fusion-kit/domain/workflow';
import type { AgentSpec } from '@fusion-kit/domain/agent';
import type { TaskSpec } from '@fusion-kit/domain/task';
import type { Budget } from '@fusion-kit/domain/usage';
import type { World } from '@fusion-kit/domain/world';
import type { ReenactRequest } from './again/reenact-run.ts';
import type { Keep } from './archive.ts';

/** Makes a request safe to send twice: the same key and digest give the first reply again, another digest is refused. */
export interface Idempotency {
  key: string;
  /** Digest of the request as it came in. */
  digest: string;
}

/** What the writer answers once everything it saw is durable. `seq` is the number of the last event then; `reply` the recorded one for a repeated key. */
export interface Accepted<Reply = unknown> {
  seq: number;
  reply: Reply;
  repeated: boolean;
}

/** Text an agent is writing at this moment; shown, never kept. */
export interface LiveDelta {
  agentId: AgentId;
  taskId: TaskId;
  text: string;
}

export interface RunRequest {
  workflowId: WorkflowId;
  inputs: Readonly<Record<string, string>>;
  /** For team members that name none. */
  defaults: { runtime?: string | undefined; provider?: string | undefined; model?: string | undefined };
  /** The longest that the run may take, in place of what the workflow says. */
  timeoutMs?: number | undefined;
}

export interface ForkRequest {
  runId: RunId;
  /** Done anew with all that needs it; all that did not complete when absent. */
  node?: string | undefined;
  /** Those that differ from the inputs of the first run. */
  inputs: Readonly<Record<string, string>>;
  /** For team members that name none; as in the first run when absent. */
  defaults: RunRequest['defaults'];
  /** As in the first run, with nothing spent, when absent. */
  budget?: Budget | undefined;
}

/** The engine as its room's neighbours see it. Nothing it answers is told before it is durable, reads and refusals included. */
export interface Engine {
  readonly newId: NewId;
  readonly blobs: Blobs;

  /**
   * Decides one command.
   * @throws {FusionError} the refusal; `idempotency_conflict`; `journal_failed` when nothing can be kept any more
   */
  submit(command: Command, options?: { idempotency?: Idempotency | undefined; reply?: unknown }): Promise<Accepted>;
  /** Looks at the world in memory; resolves when all that was seen is durable. */
  read<T>(look: (world: World) => T): Promise<T>;

  find<T extends Table>(query: RowQuery<T>): Promise<Rows[T][]>;
  events(after: number, limit: number, filter?: EventFilter): Promise<Entry[]>;
  snapshot(): Promise<Snapshot>;
  /** Moves events that are older than what is kept into the archive, while everything goes on; they are read as before. @throws {FusionError} `journal_failed` */
  archive(keep: Keep): Promise<Archived>;
  /** Everything after a number, in order, without a gap; waits for more until `signal` aborts. */
  follow(after: number, signal: AbortSignal): AsyncGenerator<readonly Entry[]>;
  /** Calls `listener` for every delta until the returned function is called. */
  onDelta(listener: (delta: LiveDelta) => void): () => void;

  createProject(
    request: { path: string; name?: string | undefined; budget: ProjectBudget },
    idempotency?: Idempotency,
  ): Promise<Project>;
  spawnAgent(request: { project: ProjectId; spec: AgentSpec }, idempotency?: Idempotency): Promise<Agent>;
  /** Adds a version to the workflow of that name in the project, or makes it. An unchanged definition adds none. */
  saveWorkflow(
    request: { project: ProjectId; definition: WorkflowDefinition; author: string },
    idempotency?: Idempotency,
  ): Promise<Workflow>;
  /** The definition behind a version (the latest by default). */
  definitionOf(workflowId: WorkflowId, version?: number): Promise<WorkflowDefinition>;
  startRun(request: RunRequest, idempotency?: Idempotency): Promise<Run>;
  /**
   * Starts a run that keeps what another one, running or ended, has done before a node.
   * @throws {FusionError} `run_unknown`, `task_unknown`, `bad_request` for a node inside another one, `move_refused` when nothing would be done
   */
  forkRun(request: ForkRequest, idempotency?: Idempotency): Promise<Run>;
  /**
   * Starts a run that enacts another one from its record: each task done by the agent that did it then, every model answering as it did then.
   * @throws {FusionError} `run_unknown`, `move_refused` when it has no record of its own, `agent_name_taken` when a living agent has the name of one who took part
   */
  reenactRun(request: ReenactRequest, idempotency?: Idempotency): Promise<Run>;
  /** A run as its events tell it, up to one of them. @throws {FusionError} `run_unknown`, also when it had not begun by then */
  replay(runId: RunId, to?: number): Promise<Replay>;
  /** Where two runs go apart. @throws {FusionError} `run_unknown` */
  diffRuns(one: RunId, other: RunId): Promise<RunDiff>;
  /** A task given by hand, in the project's standing run. */
  createTask(
    request: { project: ProjectId; task: Omit<TaskSpec, 'id' | 'projectId' | 'runId' | 'node' | 'unblocks'> },
    idempotency?: Idempotency,
  ): Promise<Task>;

  /** The number of the last durable event. */
  readonly head: number;
  /** As read from the live connection, e.g. `full`. */
  readonly synchronous: string;
  /** Rejects when the journal can keep nothing any more; the process should then end. */
  readonly failed: Promise<never>;
  /** Stops handing out work, lets dispatches go (they resume at the next start), records why, closes the journal. */
  close(reason: string): Promise<void>;
}
