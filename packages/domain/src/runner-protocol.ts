import * as z from 'zod';
import { AgentSpec } from './agent.ts';
import { Failure } from './errors.ts';
import { ConversationEvent } from './event.ts';
import { AgentId, DispatchId, MessageId, ProjectId, ReservationId, RunId, TaskId } from './ids.ts';
import { NodeWork } from './node.ts';
import { CheckResult, CommitId, Receipt } from './receipt.ts';
import { Settlement } from './settlement.ts';
import { Outputs, ProcessSign, TaskPhase } from './task.ts';

const Caller = z.object({
  projectId: ProjectId,
  runId: RunId,
  taskId: TaskId,
  agentId: AgentId,
  dispatchId: DispatchId,
});
const ProjectPlace = z.object({ id: ProjectId, path: z.string(), kind: z.enum(['git', 'directory']) });

/** A message for an agent at work. */
export const RunnerMessage = z.object({
  id: MessageId,
  from: z.string(),
  topic: z.string().optional(),
  text: z.string(),
});
export type RunnerMessage = z.infer<typeof RunnerMessage>;

/** All a runner needs to know for one dispatch. `token` belongs to it alone and dies with it. */
export const StartDispatch = z.object({
  type: z.literal('dispatch.start'),
  caller: Caller,
  fence: z.int().positive(),
  token: z.string(),
  agent: AgentSpec,
  paused: z.boolean(),
  project: ProjectPlace,
  /** Where the run stands, from which the work begins. */
  base: CommitId.optional(),
  /** Where the run itself began. */
  runBase: CommitId.optional(),
  title: z.string(),
  work: NodeWork,
  inputs: z.record(z.string(), z.string()),
  /** Colleagues by name, at most twenty; `teamGoesOn` when there are more, who can be written to as well. */
  team: z.array(z.object({ name: z.string(), capabilities: z.array(z.string()) })),
  teamGoesOn: z.boolean().optional(),
  setup: z.array(z.string()),
  timeoutMs: z.int().positive(),
  /** What the attempt before left is put away: the work starts again at `base`, in the same conversation. */
  fresh: z.boolean().optional(),
  /** Said first to an agent that goes on: why the last attempt was not enough. */
  note: z.string().optional(),
  history: z.array(ConversationEvent),
  messages: z.array(RunnerMessage),
});
export type StartDispatch = z.infer<typeof StartDispatch>;

/** What the engine may ask of a runner. Serialisable; a runner on another machine gets the same. */
export const RunnerCommand = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('agent.open'),
    projectId: ProjectId,
    agentId: AgentId,
    agent: AgentSpec,
    project: ProjectPlace,
  }),
  z.object({ type: z.literal('agent.close'), agentId: AgentId, project: ProjectPlace }),
  StartDispatch,
  z.object({ type: z.literal('dispatch.stop'), dispatchId: DispatchId, reason: z.string() }),
  z.object({ type: z.literal('dispatch.pause'), dispatchId: DispatchId }),
  z.object({ type: z.literal('dispatch.resume'), dispatchId: DispatchId }),
  z.object({ type: z.literal('dispatch.deliver'), dispatchId: DispatchId, messages: z.array(RunnerMessage) }),
  z.object({
    type: z.literal('run.check'),
    projectId: ProjectId,
    runId: RunId,
    project: ProjectPlace,
    commit: CommitId.optional(),
    setup: z.array(z.string()),
    commands: z.array(z.string()),
  }),
  z.object({ type: z.literal('run.stop_check'), runId: RunId }),
]);
export type RunnerCommand = z.infer<typeof RunnerCommand>;

const dispatch = { caller: Caller, token: z.string() };

/** A sign of life of one dispatch. */
export const Heartbeat = z.object({
  ...dispatch,
  /** Milliseconds since it was last seen to get on: since its runtime said anything or its processes used the CPU. By the runner's own steady clock. */
  quietMs: z.int().nonnegative(),
  process: ProcessSign,
  /** Whether what it does at present ends by itself: a tool or command with a time limit of its own, a checkout, a verification. */
  bounded: z.boolean(),
});
export type Heartbeat = z.infer<typeof Heartbeat>;

/** What a runner tells. Reports of a dispatch carry its token; a stale one is answered with `dispatch_stale`. */
export const RunnerReport = z.discriminatedUnion('type', [
  /** All the dispatches it has, every few seconds while it has any; never kept. */
  z.object({ type: z.literal('runner.heartbeat'), dispatches: z.array(Heartbeat) }),
  z.object({ type: z.literal('agent.ready'), agentId: AgentId, workspace: z.string(), sandbox: z.string() }),
  z.object({ type: z.literal('agent.failed'), agentId: AgentId, failure: Failure }),
  z.object({ type: z.literal('dispatch.started'), ...dispatch }),
  z.object({ type: z.literal('dispatch.phase'), ...dispatch, phase: TaskPhase }),
  z.object({ type: z.literal('dispatch.activity'), ...dispatch, events: z.array(ConversationEvent) }),
  z.object({ type: z.literal('dispatch.delta'), ...dispatch, text: z.string() }),
  z.object({ type: z.literal('dispatch.proved'), ...dispatch, outputs: Outputs, receipt: Receipt }),
  z.object({ type: z.literal('dispatch.failed'), ...dispatch, failure: Failure, receipt: Receipt.optional() }),
  z.object({ type: z.literal('message.send'), ...dispatch, to: z.string(), text: z.string() }),
  z.object({
    type: z.literal('budget.reserve'),
    ...dispatch,
    tokens: z.int().nonnegative(),
    costUsd: z.number().nonnegative().nullable(),
  }),
  z.object({
    type: z.literal('budget.settle'),
    ...dispatch,
    reservationId: ReservationId,
    record: Settlement,
  }),
  z.object({
    type: z.literal('run.checked'),
    runId: RunId,
    passed: z.boolean(),
    checks: z.array(CheckResult),
    failure: Failure.optional(),
  }),
]);
export type RunnerReport = z.infer<typeof RunnerReport>;

/** `id` answers a reservation. A refusal tells the runner to stop that dispatch when it is `dispatch_stale`. */
export const ReportAnswer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), id: z.string().optional() }),
  z.object({ ok: z.literal(false), failure: Failure }),
]);
export type ReportAnswer = z.infer<typeof ReportAnswer>;
