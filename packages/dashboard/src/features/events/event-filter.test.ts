import { EVENT_TYPES } from '@fusion-kit/domain/event';
import { expect, it } from 'vitest';
import { demoRecording } from '../../../dev/recording.ts';
import { EVERYTHING, type EventTopic, matches, TOPICS, typesOf } from './event-filter.ts';

const NAMES = { agent: () => 'ash', task: () => 'discount', run: () => 'repair' };
const LOG = demoRecording(0);
const types = (filter: Partial<typeof EVERYTHING>) =>
  new Set(LOG.filter((entry) => matches(entry, { ...EVERYTHING, ...filter }, NAMES)).map(({ event }) => event.type));

it('has every type of event under exactly one topic', () => {
  const all = (Object.keys(TOPICS) as EventTopic[]).flatMap(typesOf);
  expect(all.toSorted()).toEqual([...EVENT_TYPES].toSorted());
});

it('shows what is as loud as asked, and louder', () => {
  expect(types({ severity: 'debug' })).toContain('budget.reserved');
  expect(types({ severity: 'info' })).not.toContain('budget.reserved');
  expect(types({ severity: 'warning' })).toEqual(new Set(['tool.returned', 'task.requeued']));
});

it('filters by topic, agent and words', () => {
  expect(types({ topic: 'messages' })).toEqual(new Set(['message.sent']));
  expect(types({ agentId: 'agt_none' })).toEqual(new Set());
  expect(types({ search: 'THRESHOLD is not' })).toEqual(new Set());
  expect(types({ search: 'landed as' })).toEqual(new Set(['task.completed']));
});
