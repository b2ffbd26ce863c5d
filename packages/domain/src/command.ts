import type { AgentSpec } from './agent.ts';
import type { Failure } from './errors.ts';
import type { ConversationEvent, EventOf } from './event.ts';
import type { AgentId, DispatchId, MessageId, ProjectId, ReservationId, RunId, TaskId, WorkflowId } from './ids.ts';
import type { Address, Sender } from './message.ts';
import type { Caller } from './ports/upstream.ts';
import type { CheckResult, Receipt } from './receipt.ts';
import type { RunSpec } from './run.ts';
import type { Landed, Outputs, TaskPhase, TaskSpec } from './task.ts';
import type { BlobRef, Text } from './text.ts';
import type { Budget } from './usage.ts';

/** How a model call ended, without whose it was. */
export type Settlement = Omit<EventOf<'model.called'>, keyof Caller | 'type' | 'v' | 'reservationId'>;

/** Everything that can be asked of the writer. Ids of what is new are made by whoever asks. */
export type Command =
  | {
      type: 'project.create';
      projectId: ProjectId;
      name: string;
      path: string;
      kind: 'git' | 'directory';
      budget: Budget;
    }
  | { type: 'project.delete'; projectId: ProjectId }
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
    }
  | { type: 'run.pause'; runId: RunId }
  | { type: 'run.resume'; runId: RunId }
  | { type: 'run.cancel'; runId: RunId; reason: string }
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
  | { type: 'task.assign'; taskId: TaskId; agentId: AgentId; dispatchId: DispatchId }
  | { type: 'dispatch.start'; caller: Caller }
  | { type: 'dispatch.phase'; caller: Caller; phase: TaskPhase }
  | { type: 'dispatch.prove'; caller: Caller; outputs: Outputs; receipt: Receipt }
  | { type: 'dispatch.land'; caller: Caller; landed: Landed }
  /** `jitter` from 0 to 1 is drawn by the shell. */
  | { type: 'dispatch.fail'; caller: Caller; failure: Failure; receipt?: Receipt | undefined; jitter: number }
  | { type: 'dispatch.lose'; caller: Caller; reason: string }
  | { type: 'activity.record'; caller: Caller; events: readonly ConversationEvent[] }
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
