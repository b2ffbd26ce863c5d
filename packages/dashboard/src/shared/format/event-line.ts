import type { Event, EventOf, EventType } from '@fusion-kit/domain/event';
import type { Address, Sender } from '@fusion-kit/domain/message';
import { budgetWords } from '@fusion-kit/domain/project';
import { preview, type Text } from '@fusion-kit/domain/text';
import { duration, shortCommit, tokens, usd } from './figures.ts';
import { oneLine, toolLine } from './tool-line.ts';

/** Names for ids, as far as the page knows them. */
export interface Names {
  agent(id: string): string;
  task(id: string): string;
  run(id: string): string;
}

export const senderName = (from: Sender): string => (from.kind === 'system' ? 'fusion-kit' : from.name);
export const addressName = (to: Address, names: Names): string =>
  'topic' in to ? `#${to.topic}` : names.agent(to.agentId);

const said = (text: Text): string => oneLine(preview(text), 200);
const quoted = (text: Text): string => `“${said(text)}”`;

/** One sentence for each type of event. The compiler refuses a type without one. */
const LINES: { [Type in EventType]: (event: EventOf<Type>, names: Names) => string } = {
  'project.created': ({ name, path }) => `project ${name} opened at ${path}`,
  'project.budgeted': ({ budget }) => `project may spend ${budgetWords(budget)}`,
  'project.deleted': () => 'project closed',
  'agent.spawning': ({ spec }) =>
    `${spec.name} is being spawned (${[spec.runtime, spec.model].filter(Boolean).join(', ')})`,
  'agent.ready': (event, names) => `${names.agent(event.agentId)} is ready, sandbox ${event.sandbox}`,
  'agent.failed': (event, names) => `${names.agent(event.agentId)} failed: ${event.failure.message}`,
  'agent.respawning': (event, names) => `${names.agent(event.agentId)} is respawned: ${event.reason}`,
  'agent.paused': (event, names) => `${names.agent(event.agentId)} paused`,
  'agent.resumed': (event, names) => `${names.agent(event.agentId)} resumed`,
  'agent.continued': (event, names) => `${names.agent(event.agentId)} continues its task`,
  'agent.updated': (event, names) => `${names.agent(event.agentId)} was changed`,
  'agent.terminated': (event, names) => `${names.agent(event.agentId)} terminated: ${event.reason}`,
  'workflow.saved': ({ name, version, nodeCount, author }) =>
    `workflow ${name} v${version} saved by ${author}, ${nodeCount} ${nodeCount === 1 ? 'node' : 'nodes'}`,
  'workflow.archived': () => 'workflow archived',
  'run.started': ({ spec }) => `run ${spec.name} started${spec.branch ? ` on ${spec.branch}` : ''}`,
  'run.budgeted': (event, names) => `run ${names.run(event.runId)} may spend ${budgetWords(event.budget)}`,
  'run.paused': (event, names) => `run ${names.run(event.runId)} paused`,
  'run.resumed': (event, names) => `run ${names.run(event.runId)} resumed`,
  'run.checking': (event, names) =>
    `run ${names.run(event.runId)} is being checked${event.commit ? ` at ${shortCommit(event.commit)}` : ''}`,
  'run.completed': (event, names) => `run ${names.run(event.runId)} completed`,
  'run.failed': (event, names) => `run ${names.run(event.runId)} failed: ${event.failure.message}`,
  'run.cancelled': (event, names) => `run ${names.run(event.runId)} cancelled: ${event.reason}`,
  'task.created': ({ spec }) => `${spec.node} queued: ${spec.title}`,
  'task.needs_added': (event, names) => `${names.task(event.taskId)} needs ${event.needs.length} more tasks`,
  'task.reprioritized': (event, names) => `${names.task(event.taskId)} now has priority ${event.priority}`,
  'task.unparked': (event, names) => `${names.task(event.taskId)} need not wait any longer`,
  'task.dismissed': (event, names) => `${event.by} has seen that ${names.task(event.taskId)} failed`,
  'task.admitted': (event, names) => `${names.task(event.taskId)} may start: its condition holds`,
  'task.opened': (event, names) =>
    `${names.task(event.taskId)} opened${event.opened > 0 ? `: ${event.opened}${event.of === undefined ? '' : ` of ${event.of}`}` : ''}`,
  'task.inherited': (event, names) => `${names.task(event.taskId)} kept from the run before`,
  'task.assigned': (event, names) =>
    `${names.task(event.taskId)} assigned to ${names.agent(event.agentId)}${event.stolenFrom ? `, taken over from ${names.agent(event.stolenFrom)}` : ''}`,
  'task.stalled': (event, names) =>
    `${names.task(event.taskId)} makes no progress for ${duration(event.quietMs)} (process ${event.process})`,
  'task.progressed': ({ progress: { text, percent }, ...event }, names) =>
    `${names.agent(event.agentId)} at ${names.task(event.taskId)}${percent === undefined ? '' : `, ${percent} %`}: ${oneLine(text, 200)}`,
  'task.revived': (event, names) => `${names.task(event.taskId)} goes on`,
  'task.started': (event, names) => `${names.task(event.taskId)} started by ${names.agent(event.agentId)}`,
  'task.phase_changed': (event, names) =>
    `${names.task(event.taskId)} is ${event.phase}${event.failure ? `: ${event.failure.message}` : ''}`,
  'task.proved': (event, names) =>
    `${names.task(event.taskId)} proven: ${event.receipt.fileCount} ${event.receipt.fileCount === 1 ? 'file' : 'files'}, ${event.receipt.checks.length} ${event.receipt.checks.length === 1 ? 'check' : 'checks'}`,
  'task.completed': (event, names) =>
    `${names.task(event.taskId)} completed${event.landed ? `, landed as ${shortCommit(event.landed.commit)}` : ''}`,
  'task.requeued': (event, names) =>
    `${names.task(event.taskId)} back to the queue: ${event.failure?.message ?? event.reason}`,
  'task.failed': (event, names) => `${names.task(event.taskId)} failed: ${event.failure.message}`,
  'task.cancelled': (event, names) => `${names.task(event.taskId)} cancelled: ${reasonLine(event.reason, names)}`,
  'task.skipped': (event, names) => `${names.task(event.taskId)} skipped: ${reasonLine(event.reason, names)}`,
  'turn.opened': (event, names) => `${names.agent(event.agentId)} begins ${names.task(event.taskId)}`,
  'turn.told': (event, names) => `${names.agent(event.agentId)} is told ${quoted(event.text)}`,
  'turn.compacted': (event, names) =>
    `${names.agent(event.agentId)} goes on with a shorter memory of what came before step ${event.before}`,
  'step.answered': (event, names) => {
    const tools = event.calls.map((call) => call.tool).join(', ');
    const text = said(event.text);
    return `${names.agent(event.agentId)} ${text ? `says “${text}”` : `calls ${tools || 'nothing'}`}`;
  },
  'tool.called': (event, names) => `${names.agent(event.agentId)} ${toolLine(event.tool, event.input)}`,
  'tool.returned': (event, names) =>
    `${names.agent(event.agentId)} ${event.tool} ${event.isError ? 'failed' : 'returned'} in ${duration(event.durationMs)}`,
  'output.reported': (event, names) =>
    `${names.agent(event.agentId)} gives output ${event.name}: ${quoted(event.text)}`,
  'session.opened': (event, names) =>
    `${names.agent(event.agentId)} ${event.resumed ? 'goes on with' : 'begins'} a session of ${event.program}${event.version ? ` ${event.version}` : ''}${event.leftOut ? `; left out: ${oneLine(event.leftOut.join(', '), 200)}` : ''}`,
  'plan.updated': (event, names) => {
    const done = event.entries.filter(({ status }) => status === 'completed').length;
    const now = event.entries.find(({ status }) => status === 'in_progress');
    return `${names.agent(event.agentId)} has done ${done} of ${event.entries.length}${now ? `, now “${oneLine(now.text, 200)}”` : ''}`;
  },
  'usage.reported': (event, names) =>
    `${names.agent(event.agentId)} used, as ${event.program} says, ${tokens(event.inputTokens)} in, ${tokens(event.outputTokens)} out${event.costUsd === null ? '' : `, ${usd(event.costUsd)}`}`,
  'host.refused': (event, names) =>
    `${names.agent(event.agentId)} tried to reach ${event.destination} and was refused: ${event.reason}`,
  'question.asked': (event, names) => `${names.agent(event.agentId)} asks ${quoted(event.text)}`,
  'question.answered': (event, names) =>
    `${event.by} answers ${names.agent(event.agentId)}: ${[event.option, event.text && quoted(event.text)].filter(Boolean).join(', ')}`,
  'question.closed': (event, names) => `${names.agent(event.agentId)} waits for no answer any more`,
  'budget.reserved': (event, names) =>
    `${names.agent(event.agentId)} reserves ${tokens(event.tokens)} tokens${event.costUsd === null ? '' : ` (${usd(event.costUsd)})`}`,
  'model.called': (event, names) =>
    `${names.agent(event.agentId)} called ${event.model}: ${tokens(event.inputTokens)} in, ${tokens(event.outputTokens)} out${event.costUsd === null ? '' : `, ${usd(event.costUsd)}`}`,
  'message.sent': (event, names) =>
    `${senderName(event.from)} → ${addressName(event.to, names)}: ${quoted(event.text)}`,
  'message.delivered': (event, names) => `message delivered to ${names.agent(event.agentId)}`,
  'message.acknowledged': (event, names) => `message read by ${names.agent(event.agentId)}`,
  'message.expired': (event, names) => `message to ${names.agent(event.agentId)} expired`,
  'message.failed': (event, names) => `message to ${names.agent(event.agentId)} failed: ${event.reason}`,
  'server.started': ({ version }) => `server ${version} started`,
  'server.stopped': ({ reason }) => `server stopped: ${reason}`,
};

export const EVENT_LINE_TYPES = Object.keys(LINES) as EventType[];

/** An event in one sentence for a person. Pure. */
export const eventLine = (event: Event, names: Names): string =>
  (LINES[event.type] as (event: Event, names: Names) => string)(event, names);

const DEPENDENCY = {
  failed: 'did not complete',
  completed: 'completed, and this is the way for when it does not',
  skipped: 'was skipped',
} as const;

/** `dependency_failed:tsk_…` in words. Pure. */
export const reasonLine = (reason: string, names: Names): string => {
  const [, how, id] = /^dependency_(failed|completed|skipped):(\S+)$/.exec(reason) ?? [];
  return how && id ? `${names.task(id)} ${DEPENDENCY[how as keyof typeof DEPENDENCY]}` : reason;
};
