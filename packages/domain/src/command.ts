import type { AgentSpec } from './agent.ts';
import type { Failure } from './errors.ts';
import type { ConversationEvent, EventOf } from './event.ts';
import type {
  AgentId,
  DispatchId,
  MessageId,
  ProjectId,
  QuestionId,
  ReservationId,
  RunId,
  TaskId,
  WorkflowId,
} from './ids.ts';
import type { Address, Sender } from './message.ts';
import type { Caller } from './ports/upstream.ts';
import type { QuestionOption, QuestionSubject } from './question.ts';
import type { Progress } from './progress.ts';
import type { Proposal } from './proposal.ts';
import type { CheckResult, Receipt } from './receipt.ts';
import type { RunSpec } from './run.ts';
import type { Settlement } from './settlement.ts';
import type { Landed, Outputs, ProcessSign, TaskPhase, TaskSpec } from './task.ts';
import type { BlobRef, Text } from './text.ts';
import type { Budget } from './usage.ts';
import type { ProjectBudget } from './project.ts';

/** The result of a task of another run. */
export type Inherited = Pick<EventOf<'task.inherited'>, 'taskId' | 'from' | 'outputs' | 'receipt' | 'landed'>;

/** Everything that can be asked of the writer. Ids of what is new are made by whoever asks. */
export type Command =
  | {
      type: 'project.create';
      projectId: ProjectId;
      name: string;
      path: string;
      kind: 'git' | 'directory';
      budget: ProjectBudget;
    }
  | { type: 'project.delete'; projectId: ProjectId }
  /** What it may spend from now on, in place of what it might before. */
  | { type: 'project.budget'; projectId: ProjectId; budget: ProjectBudget }
  | { type: 'agent.spawn'; agentId: AgentId; projectId: ProjectId; spec: AgentSpec }
  | { type: 'agent.arrive'; agentId: AgentId; workspace: string; sandbox: string }
  | { type: 'agent.fail'; agentId: AgentId; failure: Failure }
  | { type: 'agent.respawn'; agentId: AgentId; reason: string }
  | { type: 'agent.pause'; agentId: AgentId }
  | { type: 'agent.resume'; agentId: AgentId }
  | { type: 'agent.update'; agentId: AgentId; change: Partial<Omit<AgentSpec, 'name' | 'runtime'>> }
  | { type: 'agent.terminate'; agentId: AgentId; reason: string }
  | {
      type: 'workflow.save';
      workflowId: WorkflowId;
      projectId: ProjectId;
      name: string;
      nodeCount: number;
      definition: BlobRef;
      author: string;
    }
  | { type: 'workflow.archive'; workflowId: WorkflowId }
  | {
      type: 'run.start';
      spec: RunSpec;
      tasks: readonly TaskSpec[];
      agents: readonly { id: AgentId; spec: AgentSpec }[];
      /** Tasks of this run that another run has done already. */
      inherited?: readonly Inherited[] | undefined;
      /** Tasks of this run that another run has skipped already. */
      skipped?: readonly { taskId: TaskId; reason: string }[] | undefined;
    }
  | { type: 'run.pause'; runId: RunId }
  | { type: 'run.resume'; runId: RunId }
  | { type: 'run.budget'; runId: RunId; budget: Budget }
  | { type: 'run.cancel'; runId: RunId; reason: string }
  /** Its deadline has passed. */
  | { type: 'run.expire'; runId: RunId }
  | {
      type: 'run.conclude';
      runId: RunId;
      passed: boolean;
      checks: readonly CheckResult[];
      failure?: Failure | undefined;
    }
  | { type: 'task.create'; spec: TaskSpec }
  | { type: 'task.cancel'; taskId: TaskId; reason: string }
  | { type: 'task.reprioritize'; taskId: TaskId; priority: number }
  /** Takes the failure of a task out of the inbox; `by` is who has seen it. */
  | { type: 'task.dismiss'; taskId: TaskId; by: string }
  | { type: 'task.skip'; taskId: TaskId; reason: string }
  | { type: 'task.admit'; taskId: TaskId }
  /** Ends the present dispatch and gives the task out again; no attempt is used up. */
  | { type: 'task.restart'; taskId: TaskId; reason: string }
  /** A person's answer to an approval; `by` is who. */
  | { type: 'task.answer'; taskId: TaskId; option: string; comment?: string | undefined; by: string }
  /** Begins what runs inside a task of the house: items or rounds after the `after` that were begun, up to `opened`, of `of`. */
  | {
      type: 'control.open';
      taskId: TaskId;
      after: number;
      opened: number;
      of?: number | undefined;
      asks?: Text | undefined;
      children: readonly TaskSpec[];
    }
  | { type: 'control.close'; taskId: TaskId; outputs: Outputs }
  | { type: 'control.fail'; taskId: TaskId; failure: Failure }
  | {
      type: 'task.assign';
      taskId: TaskId;
      agentId: AgentId;
      dispatchId: DispatchId;
      stolenFrom?: AgentId | undefined;
    }
  | { type: 'dispatch.start'; caller: Caller }
  | { type: 'dispatch.progress'; caller: Caller; progress: Progress }
  | { type: 'agent.subscribe'; caller: Caller; add: readonly string[]; remove: readonly string[] }
  /** `consentId` is for the approval, where one is asked for. */
  | { type: 'task.propose'; caller: Caller; proposed: { taskId: TaskId; consentId: TaskId }; proposal: Proposal }
  | { type: 'dispatch.phase'; caller: Caller; phase: TaskPhase }
  | { type: 'dispatch.prove'; caller: Caller; outputs: Outputs; receipt: Receipt }
  | { type: 'dispatch.land'; caller: Caller; landed: Landed }
  /** `jitter` from 0 to 1 is drawn by the shell. */
  | { type: 'dispatch.fail'; caller: Caller; failure: Failure; receipt?: Receipt | undefined; jitter: number }
  /** `during`: what it was at when the server ended without a word; with `jitter` as of a failure. */
  | { type: 'dispatch.lose'; caller: Caller; reason: string; during?: { text: string; jitter: number } | undefined }
  | { type: 'dispatch.stall'; caller: Caller; quietMs: number; process: ProcessSign }
  | { type: 'dispatch.revive'; caller: Caller }
  | { type: 'activity.record'; caller: Caller; events: readonly ConversationEvent[] }
  /** `questionId` is that of a question that another dispatch of the task asked in the same words, else a new one. */
  | {
      type: 'question.ask';
      caller: Caller;
      questionId: QuestionId;
      text: Text;
      options: readonly QuestionOption[];
      about?: QuestionSubject | undefined;
    }
  /** A person's answer, to the one question that is open when none is named. */
  | {
      type: 'question.answer';
      taskId: TaskId;
      questionId?: QuestionId | undefined;
      option?: string | undefined;
      text?: Text | undefined;
      by: string;
    }
  | { type: 'question.close'; caller: Caller; questionId: QuestionId }
  | {
      type: 'message.send';
      messageId: MessageId;
      projectId: ProjectId;
      runId?: RunId | undefined;
      taskId?: TaskId | undefined;
      from: Sender;
      to: Address;
      text: Text;
      expiresAt?: number | undefined;
    }
  | { type: 'message.expire'; messageId: MessageId; agentId: AgentId }
  | { type: 'budget.reserve'; reservationId: ReservationId; caller: Caller; tokens: number; costUsd: number | null }
  | { type: 'budget.settle'; reservationId: ReservationId; caller: Caller; settlement: Settlement }
  | { type: 'server.record'; event: EventOf<'server.started'> | EventOf<'server.stopped'> };

export type CommandType = Command['type'];
export type CommandOf<Type extends CommandType> = Extract<Command, { type: Type }>;
