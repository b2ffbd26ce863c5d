import * as z from 'zod';
import { AgentSpec, TopicPattern } from './agent.ts';
import { Failure } from './errors.ts';
import { ConversationEvent } from './event.ts';
import { AgentId, DispatchId, MessageId, ProjectId, QuestionId, ReservationId, RunId, TaskId } from './ids.ts';
import { AllowedHost, SecretName } from './leash.ts';
import { NodeWork } from './node.ts';
import { QuestionOption, QUESTION_OPTIONS_MAX, QuestionSubject } from './question.ts';
import { Progress } from './progress.ts';
import { Proposal, Proposed } from './proposal.ts';
import { CheckResult, CommitId, Receipt } from './receipt.ts';
import { Settlement } from './settlement.ts';
import { TaskSight, TeamSight } from './sight.ts';
import { Outputs, ProcessSign, TaskPhase } from './task.ts';
import { Text } from './text.ts';

const Caller = z.object({
  projectId: ProjectId,
  runId: RunId,
  taskId: TaskId,
  agentId: AgentId,
  dispatchId: DispatchId,
});
const ProjectPlace = z.object({ id: ProjectId, path: z.string(), kind: z.enum(['git', 'directory']) });

/** What a run's own commands may reach, and the secrets they are given. */
const outsideOfRun = { hosts: z.array(AllowedHost).optional(), secrets: z.array(SecretName).optional() };

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
  ...outsideOfRun,
  timeoutMs: z.int().positive(),
  /** What the attempt before left is put away: the work starts again at `base`, in the same conversation. */
  fresh: z.boolean().optional(),
  /** Said first to an agent that goes on: why the last attempt was not enough. */
  note: z.string().optional(),
  /** 1 when absent. */
  attempt: z.int().positive().optional(),
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
  /** A person's answer to what the dispatch asks, its text whole; told again when the dispatch asks what has been answered. */
  z.object({
    type: z.literal('dispatch.answer'),
    dispatchId: DispatchId,
    questionId: QuestionId,
    answer: z.object({ option: z.string().optional(), text: z.string().optional(), by: z.string() }),
  }),
  z.object({
    type: z.literal('run.check'),
    projectId: ProjectId,
    runId: RunId,
    project: ProjectPlace,
    commit: CommitId.optional(),
    setup: z.array(z.string()),
    ...outsideOfRun,
    commands: z.array(z.string()),
  }),
  z.object({ type: z.literal('run.stop_check'), runId: RunId }),
]);
export type RunnerCommand = z.infer<typeof RunnerCommand>;

const Topics = z.array(TopicPattern).max(50);
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
  /** Answered with the id of the question; what a person says to it comes as a `dispatch.answer`. */
  z.object({
    type: z.literal('question.ask'),
    ...dispatch,
    text: Text,
    options: z.array(QuestionOption).max(QUESTION_OPTIONS_MAX),
    about: QuestionSubject.optional(),
  }),
  z.object({ type: z.literal('question.close'), ...dispatch, questionId: QuestionId }),
  z.object({ type: z.literal('message.send'), ...dispatch, to: z.string(), text: z.string() }),
  z.object({ type: z.literal('dispatch.progress'), ...dispatch, progress: Progress }),
  /** Answered with a task of the same run: by its id or node, the dispatch's own without one. */
  z.object({ type: z.literal('task.look'), ...dispatch, task: z.string().optional() }),
  /** Answered with the team. */
  z.object({ type: z.literal('team.look'), ...dispatch }),
  /** Answered with the team, as it is then. */
  z.object({ type: z.literal('agent.subscribe'), ...dispatch, add: Topics, remove: Topics }),
  /** Answered with what came of it. */
  z.object({ type: z.literal('task.propose'), ...dispatch, proposal: Proposal }),
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

/** `id` answers a reservation, a message or a question. A refusal tells the runner to stop that dispatch when it is `dispatch_stale`. */
export const ReportAnswer = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    id: z.string().optional(),
    task: TaskSight.optional(),
    team: TeamSight.optional(),
    proposed: Proposed.optional(),
  }),
  z.object({ ok: z.literal(false), failure: Failure }),
]);
export type ReportAnswer = z.infer<typeof ReportAnswer>;
