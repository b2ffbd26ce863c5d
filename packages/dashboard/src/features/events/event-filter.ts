import type { Entry } from '@fusion-kit/domain/entry';
import { EVENT_TYPES, type EventType, type Severity, severityOf } from '@fusion-kit/domain/event';
import { eventLine, type Names } from '../../shared/format/event-line.ts';

/** What a reader chooses by: the events of one kind of thing. */
export const TOPICS = {
  tasks: ['task'],
  agents: ['agent'],
  conversation: ['turn', 'step', 'tool', 'output', 'session', 'plan', 'host'],
  model: ['budget', 'model', 'usage'],
  messages: ['message'],
  runs: ['run', 'workflow', 'project', 'server'],
} as const;
export type EventTopic = keyof typeof TOPICS;

const RANK: Record<Severity, number> = { debug: 0, info: 1, warning: 2, error: 3, critical: 4 };

export interface EventFilter {
  /** The quietest that is shown. */
  severity: 'debug' | 'info' | 'warning' | 'error';
  topic: EventTopic | 'all';
  agentId: string | undefined;
  search: string;
}
export const EVERYTHING: EventFilter = { severity: 'info', topic: 'all', agentId: undefined, search: '' };

export const nounOf = (type: EventType): string => type.slice(0, type.indexOf('.'));

export const topicOf = (type: EventType): EventTopic => {
  const noun = nounOf(type);
  const found = (Object.keys(TOPICS) as EventTopic[]).find((topic) =>
    (TOPICS[topic] as readonly string[]).includes(noun),
  );
  return found ?? 'runs';
};

/** The types of a topic, for the server's own filter. */
export const typesOf = (topic: EventTopic): EventType[] => EVENT_TYPES.filter((type) => topicOf(type) === topic);

/** Whether an entry is among those asked for. Pure. */
export function matches({ event }: Entry, filter: EventFilter, names: Names): boolean {
  if (RANK[severityOf(event)] < RANK[filter.severity]) return false;
  if (filter.topic !== 'all' && topicOf(event.type) !== filter.topic) return false;
  if (filter.agentId !== undefined && !('agentId' in event && event.agentId === filter.agentId)) return false;
  const wanted = filter.search.trim().toLowerCase();
  return wanted === '' || `${event.type} ${eventLine(event, names)}`.toLowerCase().includes(wanted);
}
