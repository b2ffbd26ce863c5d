import type { Entry } from '@fusion-kit/domain/entry';
import type { AgentId } from '@fusion-kit/domain/ids';
import { preview } from '@fusion-kit/domain/text';
import { oneLine, toolLine } from '../format/tool-line.ts';

/** What an agent does at this moment, in one line. `writing` is streamed text, kept nowhere else. */
export interface Activity {
  kind: 'tool' | 'said' | 'thinking' | 'writing' | 'phase';
  text: string;
  at: number;
}

const WRITING_MAX = 6_000;

/** The agent whose activity an entry tells, and the activity after it (undefined: it does nothing now). Pure. */
export function activityAfter({ at, event }: Entry): { agentId: AgentId; activity: Activity | undefined } | undefined {
  switch (event.type) {
    case 'task.assigned':
      return { agentId: event.agentId, activity: { kind: 'phase', text: 'about to start', at } };
    case 'task.started':
      return { agentId: event.agentId, activity: { kind: 'phase', text: 'preparing its workspace', at } };
    case 'turn.opened':
      return { agentId: event.agentId, activity: { kind: 'phase', text: 'reading the task', at } };
    case 'budget.reserved':
      return { agentId: event.agentId, activity: { kind: 'thinking', text: 'thinking', at } };
    case 'step.answered': {
      const text = oneLine(preview(event.text), 200);
      return text ? { agentId: event.agentId, activity: { kind: 'said', text, at } } : undefined;
    }
    case 'tool.called':
      return { agentId: event.agentId, activity: { kind: 'tool', text: toolLine(event.tool, event.input), at } };
    case 'task.phase_changed':
      return event.phase === 'working'
        ? undefined
        : { agentId: event.agentId, activity: { kind: 'phase', text: event.failure?.message ?? event.phase, at } };
    case 'task.proved':
    case 'task.completed':
    case 'task.requeued':
    case 'task.failed':
    case 'task.cancelled':
      return event.agentId && { agentId: event.agentId, activity: undefined };
    case 'agent.paused':
    case 'agent.terminated':
    case 'agent.failed':
      return { agentId: event.agentId, activity: undefined };
    default:
      return undefined;
  }
}

/** Streamed text goes on where it was, unless something else happened in between. Pure. */
export function activityWriting(before: Activity | undefined, text: string, at: number): Activity {
  const written = before?.kind === 'writing' ? before.text + text : text;
  return { kind: 'writing', text: written.slice(-WRITING_MAX), at };
}
