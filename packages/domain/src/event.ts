import * as z from 'zod';
import { AgentSpec, ProgramName } from './agent.ts';
import { Failure } from './errors.ts';
import {
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
import { Address, Sender } from './message.ts';
import { Progress } from './progress.ts';
import { CheckResult, CommitId, Receipt } from './receipt.ts';
import { RunSpec } from './run.ts';
import { Settlement } from './settlement.ts';
import { QuestionAnswer, QuestionOption, QUESTION_OPTIONS_MAX, QuestionSubject } from './question.ts';
import { DURING_MAX, Landed, Need, Outputs, ProcessSign, TaskPhase, TaskSpec } from './task.ts';
import { BlobRef, Text } from './text.ts';
import { ProjectBudget } from './project.ts';
import { Budget } from './usage.ts';

/** Largest event, in characters of its JSON. Longer texts and lists go to the blob store first. */
export const EVENT_MAX = 16_000;

const eventSchema = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), v: z.literal(1), ...shape });

const project = { projectId: ProjectId };
const agent = { ...project, agentId: AgentId };
const task = { ...project, runId: RunId, taskId: TaskId };
/** Facts of one dispatch carry all it belongs to, so that logs filter by any of them. */
const dispatch = { ...task, agentId: AgentId, dispatchId: DispatchId };
const maybeDispatch = { ...task, agentId: AgentId.optional(), dispatchId: DispatchId.optional() };

const PROJECT_EVENTS = [
  eventSchema('project.created', {
    ...project,
    name: z.string(),
    path: z.string(),
    kind: z.enum(['git', 'directory']),
    budget: ProjectBudget,
  }),
  eventSchema('project.budgeted', { ...project, budget: ProjectBudget }),
  eventSchema('project.deleted', project),
] as const;

const AGENT_EVENTS = [
  eventSchema('agent.spawning', { ...agent, spec: AgentSpec, runId: RunId.optional() }),
  eventSchema('agent.ready', { ...agent, workspace: z.string(), sandbox: z.string() }),
  eventSchema('agent.failed', { ...agent, failure: Failure }),
  eventSchema('agent.respawning', { ...agent, reason: z.string() }),
  eventSchema('agent.paused', agent),
  eventSchema('agent.resumed', agent),
  eventSchema('agent.continued', { ...agent, dispatchId: DispatchId }),
  eventSchema('agent.updated', { ...agent, spec: AgentSpec }),
  eventSchema('agent.terminated', { ...agent, reason: z.string() }),
] as const;

const WORKFLOW_EVENTS = [
  eventSchema('workflow.saved', {
    ...project,
    workflowId: WorkflowId,
    name: z.string(),
    version: z.int().positive(),
    nodeCount: z.int().positive(),
    definition: BlobRef,
    author: z.string(),
  }),
  eventSchema('workflow.archived', { ...project, workflowId: WorkflowId }),
] as const;

const RUN_EVENTS = [
  eventSchema('run.started', { ...project, runId: RunId, spec: RunSpec }),
  eventSchema('run.budgeted', { ...project, runId: RunId, budget: Budget }),
  eventSchema('run.paused', { ...project, runId: RunId }),
  eventSchema('run.resumed', { ...project, runId: RunId }),
  eventSchema('run.checking', { ...project, runId: RunId, commit: CommitId.optional() }),
  eventSchema('run.completed', { ...project, runId: RunId, checks: z.array(CheckResult) }),
  eventSchema('run.failed', { ...project, runId: RunId, failure: Failure, checks: z.array(CheckResult) }),
  eventSchema('run.cancelled', { ...project, runId: RunId, reason: z.string() }),
] as const;

const TASK_EVENTS = [
  eventSchema('task.created', { ...task, spec: TaskSpec }),
  /** More that the task just created needs, where its own event has not the room for all. */
  eventSchema('task.needs_added', { ...task, needs: z.array(Need).min(1) }),
  eventSchema('task.reprioritized', { ...task, priority: z.int().min(0).max(9) }),
  /** What it waited for until a certain time is there already: it may start now. */
  eventSchema('task.unparked', task),
  /** A person has seen that it failed. */
  eventSchema('task.dismissed', { ...task, by: z.string() }),
  /** Its `when` was asked and held; it may start. */
  eventSchema('task.admitted', task),
  /** The house carries it out; for one with others inside: so many items or rounds are begun now, of so many. */
  eventSchema('task.opened', {
    ...task,
    opened: z.int().nonnegative(),
    of: z.int().nonnegative().optional(),
    /** What a person is asked, its expressions filled in. */
    asks: Text.optional(),
  }),
  /** Done in another run already, which this one goes on from. */
  eventSchema('task.inherited', {
    ...task,
    from: TaskId,
    outputs: Outputs,
    receipt: Receipt.optional(),
    landed: Landed.optional(),
  }),
  eventSchema('task.assigned', { ...dispatch, fence: z.int().positive(), stolenFrom: AgentId.optional() }),
  eventSchema('task.started', dispatch),
  eventSchema('task.phase_changed', { ...dispatch, phase: TaskPhase, failure: Failure.optional() }),
  /** Nothing was heard of it for so long. */
  eventSchema('task.stalled', { ...dispatch, quietMs: z.int().nonnegative(), process: ProcessSign }),
  eventSchema('task.revived', dispatch),
  /** How far its agent says it has come. */
  eventSchema('task.progressed', { ...dispatch, progress: Progress }),
  /** The work is done, collected and proven; what is left is to land it. The agent is free. */
  eventSchema('task.proved', { ...dispatch, outputs: Outputs, receipt: Receipt }),
  /** Without `landed` there was nothing to land; outputs and receipt are here unless `task.proved` gave them. Without a dispatch the house did it. */
  eventSchema('task.completed', {
    ...maybeDispatch,
    outputs: Outputs.optional(),
    receipt: Receipt.optional(),
    landed: Landed.optional(),
  }),
  /** Back to the queue: `failure` when this attempt failed and another follows, none when its runner was lost. */
  eventSchema('task.requeued', {
    ...dispatch,
    reason: z.string(),
    failure: Failure.optional(),
    notBefore: z.int().optional(),
    /** What it was at when the server ended without a word. */
    during: z.string().max(DURING_MAX).optional(),
  }),
  eventSchema('task.failed', { ...maybeDispatch, failure: Failure, receipt: Receipt.optional() }),
  eventSchema('task.cancelled', { ...maybeDispatch, reason: z.string() }),
  eventSchema('task.skipped', { ...task, reason: z.string() }),
] as const;

/** One thing that a program means to do; together they fit into an event. */
export const PlanEntry = z.object({
  text: z.string().max(300),
  status: z.enum(['pending', 'in_progress', 'completed']),
});
export type PlanEntry = z.infer<typeof PlanEntry>;
export const PLAN_MAX = 40;

/** What an agent says and does. A conversation is a fold of these, so a restart goes on where it stopped. */
const CONVERSATION_EVENTS = [
  eventSchema('turn.opened', { ...dispatch, system: Text, prompt: Text }),
  /** Said to the agent while it works: messages, or why it goes on after a restart. */
  eventSchema('turn.told', {
    ...dispatch,
    text: Text,
    messageIds: z.array(MessageId),
    /** Another attempt at the task begins with it: the second is 2. */
    attempt: z.int().positive().optional(),
  }),
  /**
   * The conversation grew too long for the model, which is sent less of what came before this step from now on: `text` in its place, or,
   * without one, its tool results and arguments cut short.
   */
  eventSchema('turn.compacted', { ...dispatch, before: z.int().positive(), text: Text.optional() }),
  eventSchema('step.answered', {
    ...dispatch,
    step: z.int().positive(),
    text: Text,
    calls: z.array(z.object({ callId: z.string(), tool: z.string(), input: Text })),
    finishReason: z.string(),
    /** What was sent and what was answered, in tokens, as the model says. */
    tokens: z.int().nonnegative().optional(),
  }),
  eventSchema('tool.called', { ...dispatch, callId: z.string(), tool: z.string(), input: Text }),
  eventSchema('tool.returned', {
    ...dispatch,
    callId: z.string(),
    tool: z.string(),
    output: Text,
    isError: z.boolean(),
    durationMs: z.number().nonnegative(),
  }),
  /** An output that the agent gives before its turn ends; a later one of the same name replaces it. */
  eventSchema('output.reported', { ...dispatch, name: z.string().max(64), text: Text }),
  /** A program began a conversation of its own, or went on with one, which it knows by this name. */
  eventSchema('session.opened', {
    ...dispatch,
    session: z.string().min(1).max(500),
    program: ProgramName,
    version: z.string().max(100).optional(),
    resumed: z.boolean().optional(),
    /** Milliseconds from its start to its first answer, and to this. */
    answeredMs: z.number().nonnegative().optional(),
    openedMs: z.number().nonnegative().optional(),
    /** What of the user's own was not given to it, and why. */
    leftOut: z.array(z.string().max(300)).max(20).optional(),
  }),
  /** What a program means to do, whole each time. */
  eventSchema('plan.updated', { ...dispatch, entries: z.array(PlanEntry).max(PLAN_MAX) }),
  /** What a program says it has used of models that it reaches by a login of its own: nobody here counted it, so it counts as it says. */
  eventSchema('usage.reported', {
    ...dispatch,
    program: ProgramName,
    model: z.string().max(200).optional(),
    inputTokens: z.int().nonnegative(),
    outputTokens: z.int().nonnegative(),
    /** US dollars; null when it does not say. */
    costUsd: z.number().nonnegative().nullable(),
  }),
  /** What works for it tried to reach what it may not, told once for each destination. */
  eventSchema('host.refused', { ...dispatch, destination: z.string().max(300), reason: z.string().max(300) }),
] as const;

/** What an agent asks people. A dispatch that goes on for another one may ask the same question, by the same id. */
const QUESTION_EVENTS = [
  eventSchema('question.asked', {
    ...dispatch,
    questionId: QuestionId,
    text: Text,
    options: z.array(QuestionOption).max(QUESTION_OPTIONS_MAX),
    about: QuestionSubject.optional(),
  }),
  eventSchema('question.answered', { ...dispatch, questionId: QuestionId, ...QuestionAnswer.shape }),
  /** Whoever asked waits no longer: it went on with the answer, or gave up before there was one. */
  eventSchema('question.closed', { ...dispatch, questionId: QuestionId }),
] as const;

const MODEL_EVENTS = [
  eventSchema('budget.reserved', {
    ...dispatch,
    reservationId: ReservationId,
    tokens: z.int().nonnegative(),
    costUsd: z.number().nonnegative().nullable(),
  }),
  /** One call of a model, settled. */
  eventSchema('model.called', { ...dispatch, reservationId: ReservationId, ...Settlement.shape }),
] as const;

const MESSAGE_EVENTS = [
  eventSchema('message.sent', {
    ...project,
    messageId: MessageId,
    runId: RunId.optional(),
    taskId: TaskId.optional(),
    from: Sender,
    to: Address,
    text: Text,
    recipients: z.array(AgentId),
    expiresAt: z.int().optional(),
  }),
  eventSchema('message.delivered', { ...agent, messageId: MessageId, dispatchId: DispatchId }),
  eventSchema('message.acknowledged', { ...agent, messageId: MessageId }),
  eventSchema('message.expired', { ...agent, messageId: MessageId }),
  eventSchema('message.failed', { ...agent, messageId: MessageId, reason: z.string() }),
] as const;

const SERVER_EVENTS = [
  eventSchema('server.started', { version: z.string(), pid: z.int() }),
  eventSchema('server.stopped', { reason: z.string() }),
] as const;

/** Something that happened, in the past tense, never changed. */
export const Event = z.discriminatedUnion('type', [
  ...PROJECT_EVENTS,
  ...AGENT_EVENTS,
  ...WORKFLOW_EVENTS,
  ...RUN_EVENTS,
  ...TASK_EVENTS,
  ...CONVERSATION_EVENTS,
  ...QUESTION_EVENTS,
  ...MODEL_EVENTS,
  ...MESSAGE_EVENTS,
  ...SERVER_EVENTS,
]);
export type Event = z.infer<typeof Event>;
export type EventType = Event['type'];
export type EventOf<Type extends EventType> = Extract<Event, { type: Type }>;

export const EVENT_TYPES = Event.options.map((option) => option.shape.type.value) as readonly EventType[];

/** What an agent may report of its conversation. */
export const ConversationEvent = z.discriminatedUnion('type', [...CONVERSATION_EVENTS]);
export type ConversationEvent = z.infer<typeof ConversationEvent>;

export const Severity = z.enum(['debug', 'info', 'warning', 'error', 'critical']);
export type Severity = z.infer<typeof Severity>;

const SEVERITIES: Partial<Record<EventType, Severity>> = {
  'task.needs_added': 'debug',
  'task.started': 'debug',
  'output.reported': 'debug',
  'task.phase_changed': 'debug',
  'budget.reserved': 'debug',
  'session.opened': 'debug',
  'message.delivered': 'debug',
  'message.acknowledged': 'debug',
  'task.requeued': 'warning',
  'host.refused': 'warning',
  'task.skipped': 'info',
  'task.admitted': 'debug',
  'task.opened': 'debug',
  'task.stalled': 'warning',
  'question.asked': 'warning',
  'question.closed': 'debug',
  'message.expired': 'warning',
  'message.failed': 'warning',
  'agent.failed': 'error',
  'task.failed': 'error',
  'run.failed': 'error',
};

/** How loud an event is. Derived, so that changing a mind changes no log. */
export const severityOf = (event: Event): Severity =>
  event.type === 'tool.returned' && event.isError ? 'warning' : (SEVERITIES[event.type] ?? 'info');
