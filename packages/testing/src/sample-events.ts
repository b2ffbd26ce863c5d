import type { EventOf, EventType } from '@fusion-kit/domain/event';
import type { AgentSpec } from '@fusion-kit/domain/agent';
import type { RunSpec } from '@fusion-kit/domain/run';
import type { TaskSpec } from '@fusion-kit/domain/task';
import { sampleId } from './journal-samples.ts';

const projectId = sampleId('prj', 1);
const agentId = sampleId('agt', 1);
const runId = sampleId('run', 1);
const taskId = sampleId('tsk', 1);
const dispatchId = sampleId('dsp', 1);
const messageId = sampleId('msg', 1);
const workflowId = sampleId('wfl', 1);
const questionId = sampleId('qst', 1);
const reservationId = sampleId('rsv', 1);
const v = 1 as const;
const commit = 'a'.repeat(40);
const failure = { code: 'internal', message: 'it broke', remedy: 'look' } as const;
const dispatch = { v, projectId, runId, taskId, agentId, dispatchId };
const receipt = { kind: 'unverified', commit, files: [], fileCount: 0, checks: [], sandbox: 'none' } as const;

export const sampleAgentSpec: AgentSpec = {
  name: 'ada',
  runtime: 'model-loop',
  capabilities: ['code'],
  subscriptions: ['plan.>'],
  budget: {},
};
export const sampleTaskSpec: TaskSpec = {
  id: taskId,
  projectId,
  runId,
  node: 'build',
  title: 'Build it',
  work: { kind: 'agent', prompt: 'Build it.', outputs: [], verify: [], expectsChanges: false, maxSteps: 50 },
  priority: 5,
  requires: ['code'],
  needs: [],
  unblocks: 0,
  retry: { limit: 1, backoffMs: 1_000 },
  timeoutMs: 60_000,
};
export const sampleRunSpec: RunSpec = {
  id: runId,
  projectId,
  workflowId,
  workflowVersion: 1,
  name: 'feature',
  inputs: {},
  branch: 'fusion/feature',
  base: commit,
  setup: [],
  check: [],
  budget: {},
};

/** One event of every type, all about the same things. */
export const SAMPLE: { [Type in EventType]: EventOf<Type> } = {
  'project.created': { type: 'project.created', v, projectId, name: 'shop', path: '/shop', kind: 'git', budget: {} },
  'project.budgeted': { type: 'project.budgeted', v, projectId, budget: { tokensPerDay: 9_000 } },
  'project.deleted': { type: 'project.deleted', v, projectId },
  'agent.spawning': { type: 'agent.spawning', v, projectId, agentId, spec: sampleAgentSpec },
  'agent.ready': { type: 'agent.ready', v, projectId, agentId, workspace: '/w', sandbox: 'none' },
  'agent.failed': { type: 'agent.failed', v, projectId, agentId, failure },
  'agent.respawning': { type: 'agent.respawning', v, projectId, agentId, reason: 'again' },
  'agent.paused': { type: 'agent.paused', v, projectId, agentId },
  'agent.resumed': { type: 'agent.resumed', v, projectId, agentId },
  'agent.continued': { type: 'agent.continued', v, projectId, agentId, dispatchId },
  'agent.updated': { type: 'agent.updated', v, projectId, agentId, spec: sampleAgentSpec },
  'agent.terminated': { type: 'agent.terminated', v, projectId, agentId, reason: 'done' },
  'workflow.saved': {
    type: 'workflow.saved',
    v,
    projectId,
    workflowId,
    name: 'feature',
    version: 1,
    nodeCount: 1,
    definition: { blob: `sha256:${'0'.repeat(64)}`, size: 2, preview: '{}' },
    author: 'ada',
  },
  'workflow.archived': { type: 'workflow.archived', v, projectId, workflowId },
  'run.started': { type: 'run.started', v, projectId, runId, spec: sampleRunSpec },
  'run.budgeted': { type: 'run.budgeted', v, projectId, runId, budget: { costUsd: 9 } },
  'run.paused': { type: 'run.paused', v, projectId, runId },
  'run.resumed': { type: 'run.resumed', v, projectId, runId },
  'run.checking': { type: 'run.checking', v, projectId, runId, commit },
  'run.completed': { type: 'run.completed', v, projectId, runId, checks: [] },
  'run.failed': { type: 'run.failed', v, projectId, runId, failure, checks: [] },
  'run.cancelled': { type: 'run.cancelled', v, projectId, runId, reason: 'enough' },
  'task.created': { type: 'task.created', v, projectId, runId, taskId, spec: sampleTaskSpec },
  'task.needs_added': {
    type: 'task.needs_added',
    v,
    projectId,
    runId,
    taskId,
    needs: [{ id: sampleId('tsk', 2), accept: ['completed'] }],
  },
  'task.reprioritized': { type: 'task.reprioritized', v, projectId, runId, taskId, priority: 9 },
  'task.unparked': { type: 'task.unparked', v, projectId, runId, taskId },
  'task.dismissed': { type: 'task.dismissed', v, projectId, runId, taskId, by: 'ada' },
  'task.admitted': { type: 'task.admitted', v, projectId, runId, taskId },
  'task.opened': { type: 'task.opened', v, projectId, runId, taskId, opened: 1, of: 3 },
  'task.inherited': { type: 'task.inherited', v, projectId, runId, taskId, from: sampleId('tsk', 9), outputs: {} },
  'task.stalled': { type: 'task.stalled', ...dispatch, quietMs: 45_000, process: 'alive' },
  'task.revived': { type: 'task.revived', ...dispatch },
  'task.progressed': { type: 'task.progressed', ...dispatch, progress: { text: 'half of it', percent: 50 } },
  'task.assigned': { type: 'task.assigned', ...dispatch, fence: 1 },
  'task.started': { type: 'task.started', ...dispatch },
  'task.phase_changed': { type: 'task.phase_changed', ...dispatch, phase: 'working' },
  'task.proved': { type: 'task.proved', ...dispatch, outputs: {}, receipt: { ...receipt, files: [], checks: [] } },
  'task.completed': { type: 'task.completed', ...dispatch, landed: { ref: 'refs/heads/fusion/feature', commit } },
  'task.requeued': { type: 'task.requeued', ...dispatch, reason: 'internal', failure },
  'task.failed': { type: 'task.failed', ...dispatch, failure },
  'task.cancelled': { type: 'task.cancelled', ...dispatch, reason: 'enough' },
  'task.skipped': { type: 'task.skipped', v, projectId, runId, taskId, reason: 'not needed' },
  'turn.opened': { type: 'turn.opened', ...dispatch, system: 'You are ada.', prompt: 'Build it.' },
  'turn.told': { type: 'turn.told', ...dispatch, text: 'Hello', messageIds: [messageId] },
  'turn.compacted': { type: 'turn.compacted', ...dispatch, before: 3, text: 'So far I have looked.' },
  'step.answered': { type: 'step.answered', ...dispatch, step: 1, text: 'I look.', calls: [], finishReason: 'stop' },
  'tool.called': { type: 'tool.called', ...dispatch, callId: 'c1', tool: 'read_file', input: '{}' },
  'tool.returned': {
    type: 'tool.returned',
    ...dispatch,
    callId: 'c1',
    tool: 'read_file',
    output: 'text',
    isError: false,
    durationMs: 1,
  },
  'output.reported': { type: 'output.reported', ...dispatch, name: 'price', text: '42' },
  'session.opened': { type: 'session.opened', ...dispatch, session: 'ses-1', program: 'claude', version: '2.1.0' },
  'plan.updated': { type: 'plan.updated', ...dispatch, entries: [{ text: 'Look around', status: 'pending' }] },
  'usage.reported': {
    type: 'usage.reported',
    ...dispatch,
    program: 'claude',
    inputTokens: 10,
    outputTokens: 5,
    costUsd: null,
  },
  'host.refused': { type: 'host.refused', ...dispatch, destination: 'evil.example:443', reason: 'not among its hosts' },
  'question.asked': {
    type: 'question.asked',
    ...dispatch,
    questionId,
    text: 'May I delete it?',
    options: [
      { id: 'yes', label: 'Yes' },
      { id: 'no', label: 'No' },
    ],
    about: { callId: 'c1', tool: 'shell' },
  },
  'question.answered': { type: 'question.answered', ...dispatch, questionId, option: 'yes', text: 'Go on.', by: 'ada' },
  'question.closed': { type: 'question.closed', ...dispatch, questionId },
  'budget.reserved': { type: 'budget.reserved', ...dispatch, reservationId, tokens: 100, costUsd: 0.01 },
  'model.called': {
    type: 'model.called',
    ...dispatch,
    reservationId,
    provider: 'scripted',
    model: 'scripted/coder',
    status: 200,
    basis: 'reported',
    inputTokens: 10,
    outputTokens: 5,
    costUsd: 0.001,
    firstByteMs: 1,
    durationMs: 2,
    attempts: 1,
  },
  'message.sent': {
    type: 'message.sent',
    v,
    projectId,
    messageId,
    from: { kind: 'system' },
    to: { topic: 'plan.ready' },
    text: 'Go',
    recipients: [agentId],
  },
  'message.delivered': { type: 'message.delivered', v, projectId, agentId, messageId, dispatchId },
  'message.acknowledged': { type: 'message.acknowledged', v, projectId, agentId, messageId },
  'message.expired': { type: 'message.expired', v, projectId, agentId, messageId },
  'message.failed': { type: 'message.failed', v, projectId, agentId, messageId, reason: 'gone' },
  'server.started': { type: 'server.started', v, version: '0.1.0', pid: 1 },
  'server.stopped': { type: 'server.stopped', v, reason: 'asked' },
};
