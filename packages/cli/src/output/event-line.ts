import type { Entry } from '@fusion-kit/domain/entry';
import { type Event, type PlanEntry, severityOf } from '@fusion-kit/domain/event';
import type { Address, Sender } from '@fusion-kit/domain/message';
import { budgetWords } from '@fusion-kit/domain/project';
import { preview } from '@fusion-kit/domain/text';
import type { Paint } from '../terminal.ts';
import { clockTime, count, duration, shortCommit } from './figures.ts';
import { cut, plain } from './plain.ts';

export interface LineStyle {
  nameOf: (id: string) => string | undefined;
  paint: Paint;
  columns: number | undefined;
}

const COLOURS = { debug: 'dim', info: 'cyan', warning: 'yellow', error: 'red', critical: 'red' } as const;
const TYPE_WIDTH = 18;

/** An event on one line: when, what, of whom, and what can be said in short. Pure but for the zone. */
export function eventLine({ at, event }: Entry, { nameOf, paint, columns }: LineStyle): string {
  const who = subjects(event).map((id) => nameOf(id) ?? shortId(id));
  const text = plain(`${who.join(' ')}  ${said(event, nameOf)}`);
  const width = columns === undefined ? Infinity : Math.max(10, columns - TYPE_WIDTH - 12);
  const colour =
    event.type === 'task.completed' || event.type === 'run.completed' ? 'green' : COLOURS[severityOf(event)];
  return `${paint.dim(clockTime(at))}  ${paint[colour](event.type.padEnd(TYPE_WIDTH))}  ${width === Infinity ? text : cut(text, width)}`;
}

const shortId = (id: string): string => `${id.slice(0, 4)}…${id.slice(-6)}`;

/** The ids that an event is about, nearest first. */
function subjects(event: Event): string[] {
  if (event.type === 'message.sent') return [];
  const field = (name: string): string[] =>
    name in event ? [String(Reflect.get(event, name) ?? '')].filter(Boolean) : [];
  const near = [...field('taskId'), ...field('agentId')];
  if (near.length > 0) return near;
  return [...field('runId'), ...field('workflowId'), ...field('projectId')].slice(0, 1);
}

/** `dependency_failed:tsk_…` in words, other reasons as they are. Pure. */
export function reasonText(reason: string, nameOf: LineStyle['nameOf']): string {
  const id = /^dependency_failed:(\S+)$/.exec(reason)?.[1];
  return id === undefined ? reason : `needs ${nameOf(id) ?? shortId(id)}, which did not complete`;
}

/** What an event says beyond whom it concerns. */
function said(event: Event, nameOf: LineStyle['nameOf']): string {
  switch (event.type) {
    case 'project.created':
      return `${event.name} at ${event.path}`;
    case 'agent.spawning':
      return [event.spec.runtime, event.spec.provider, event.spec.model].filter(Boolean).join(', ');
    case 'agent.ready':
      return `in ${event.workspace} (${event.sandbox})`;
    case 'agent.failed':
    case 'task.failed':
    case 'run.failed':
      return event.failure.message;
    case 'agent.respawning':
    case 'agent.terminated':
    case 'run.cancelled':
    case 'task.cancelled':
      return reasonText(event.reason, nameOf);
    case 'task.skipped':
    case 'message.failed':
    case 'server.stopped':
      return event.reason;
    case 'task.requeued':
      return event.failure?.message ?? event.reason;
    case 'workflow.saved':
      return `${event.name} version ${event.version}, ${event.nodeCount} nodes`;
    case 'project.budgeted':
    case 'run.budgeted':
      return `may spend ${budgetWords(event.budget)}`;
    case 'run.started':
      return event.spec.branch === undefined ? '' : `on ${event.spec.branch}`;
    case 'task.created':
      return event.spec.title;
    case 'task.phase_changed':
      return event.failure ? `${event.phase}: ${event.failure.message}` : event.phase;
    case 'task.progressed':
      return `${event.progress.percent === undefined ? '' : `${event.progress.percent} % `}${event.progress.text}`;
    case 'task.completed':
      return event.landed ? `landed ${shortCommit(event.landed.commit)}` : '';
    case 'turn.opened':
      return preview(event.prompt);
    case 'turn.told':
      return preview(event.text);
    case 'turn.compacted':
      return event.text === undefined ? `results before step ${event.before} are cut short` : preview(event.text);
    case 'step.answered':
      return preview(event.text) || event.calls.map((call) => call.tool).join(', ');
    case 'tool.called':
      return `${event.tool} ${preview(event.input)}`;
    case 'tool.returned':
      return `${event.tool} ${event.isError ? 'failed' : 'ok'} after ${duration(event.durationMs)}: ${preview(event.output)}`;
    case 'output.reported':
      return `${event.name}: ${preview(event.text)}`;
    case 'session.opened':
      return `${event.program}${event.version === undefined ? '' : ` ${event.version}`} ${event.resumed ? 'goes on with' : 'begins'} session ${event.session}${event.openedMs === undefined ? '' : ` after ${duration(event.openedMs)}`}${event.leftOut ? `; left out: ${event.leftOut.join(', ')}` : ''}`;
    case 'plan.updated':
      return planLine(event.entries);
    case 'usage.reported': {
      const price = event.costUsd === null ? '' : `, $${event.costUsd.toFixed(4)}`;
      return `${event.program} says ${count(event.inputTokens + event.outputTokens)} tokens${price}`;
    }
    case 'question.asked':
      return preview(event.text);
    case 'question.answered':
      return `${event.by}: ${[event.option, event.text === undefined ? undefined : preview(event.text)].filter(Boolean).join(', ')}`;
    case 'host.refused':
      return `${event.destination}: ${event.reason}`;
    case 'model.called': {
      const price = event.costUsd === null ? '' : `, $${event.costUsd.toFixed(4)}`;
      return `${event.model}, ${count(event.inputTokens + event.outputTokens)} tokens${price}, ${duration(event.durationMs)}`;
    }
    case 'message.sent':
      return `${senderName(event.from)} → ${addressName(event.to, nameOf)}: ${preview(event.text)}`;
    case 'server.started':
      return `version ${event.version}, process ${event.pid}`;
    default:
      return '';
  }
}

/** How far a plan is, and what is being done of it. Pure. */
function planLine(entries: readonly PlanEntry[]): string {
  const done = entries.filter(({ status }) => status === 'completed').length;
  const now =
    entries.find(({ status }) => status === 'in_progress') ?? entries.find(({ status }) => status === 'pending');
  return `${done} of ${entries.length} done${now ? `, now: ${now.text}` : ''}`;
}

export const senderName = (from: Sender): string => (from.kind === 'system' ? 'fusion-kit' : from.name);
export const addressName = (to: Address, nameOf: LineStyle['nameOf']): string =>
  'topic' in to ? `#${to.topic}` : (nameOf(to.agentId) ?? shortId(to.agentId));
