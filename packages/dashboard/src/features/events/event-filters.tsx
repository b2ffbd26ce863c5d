import type { Agent } from '@fusion-kit/domain/agent';
import { Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type EventFilter, type EventTopic, TOPICS } from './event-filter.ts';
import styles from './event-filters.module.css';

const SEVERITIES = [
  { value: 'debug', label: 'Everything' },
  { value: 'info', label: 'Info and up' },
  { value: 'warning', label: 'Warnings and up' },
  { value: 'error', label: 'Errors' },
] as const;
const TOPIC_CHOICES = [
  { value: 'all', label: 'All topics' },
  ...Object.keys(TOPICS).map((value) => ({ value, label: value[0]?.toUpperCase() + value.slice(1) })),
];

interface EventFiltersProps {
  filter: EventFilter;
  agents: readonly Agent[];
  onChange: (filter: EventFilter) => void;
  compact?: boolean;
}

/** What of the log is shown. */
export function EventFilters({ filter, agents, onChange, compact = false }: EventFiltersProps) {
  const set = (change: Partial<EventFilter>) => onChange({ ...filter, ...change });
  return (
    <div className={styles['bar']} data-compact={compact}>
      {!compact && (
        <TextInput
          className={styles['search']}
          aria-label="Search events"
          placeholder="Search"
          leftSection={<IconSearch size={14} />}
          value={filter.search}
          onChange={(event) => set({ search: event.currentTarget.value })}
        />
      )}
      <Select
        aria-label="Severity"
        data={SEVERITIES}
        value={filter.severity}
        allowDeselect={false}
        onChange={(severity) => severity && set({ severity })}
      />
      <Select
        aria-label="Topic"
        data={TOPIC_CHOICES}
        value={filter.topic}
        allowDeselect={false}
        onChange={(topic) => set({ topic: (topic ?? 'all') as EventTopic | 'all' })}
      />
      <Select
        aria-label="Agent"
        placeholder="All agents"
        clearable
        searchable
        data={agents.map((agent) => ({ value: agent.id, label: agent.name }))}
        value={filter.agentId ?? null}
        onChange={(agentId) => set({ agentId: agentId ?? undefined })}
      />
    </div>
  );
}
