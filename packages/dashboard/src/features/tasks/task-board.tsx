import type { Task, TaskState } from '@fusion-kit/domain/task';
import { TextInput } from '@mantine/core';
import { IconListDetails, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { ChoiceBar } from '../../shared/ui/choice-bar.tsx';
import { Empty } from '../../shared/ui/empty.tsx';
import { TaskTable } from './task-table.tsx';
import styles from './task-board.module.css';

const GROUPS = {
  all: [],
  running: ['running', 'assigned'],
  queued: ['queued'],
  completed: ['completed'],
  failed: ['failed'],
  other: ['cancelled', 'skipped'],
} as const satisfies Record<string, readonly TaskState[]>;
type Group = keyof typeof GROUPS;
const TEXTS: Record<Group, string> = {
  all: 'All',
  running: 'Running',
  queued: 'Queued',
  completed: 'Completed',
  failed: 'Failed',
  other: 'Cancelled, skipped',
};

const within = (task: Task, group: Group): boolean =>
  group === 'all' || (GROUPS[group] as readonly TaskState[]).includes(task.state);

/** The task table under its filters. */
export function TaskBoard({ tasks }: { tasks: readonly Task[] }) {
  const [group, setGroup] = useState<Group>('all');
  const [search, setSearch] = useState('');
  const choices = useMemo(
    () =>
      (Object.keys(GROUPS) as Group[]).map((value) => ({
        value,
        text: TEXTS[value],
        count: tasks.filter((task) => within(task, value)).length,
      })),
    [tasks],
  );
  const wanted = search.trim().toLowerCase();
  const shown = useMemo(
    () =>
      tasks.filter(
        (task) => within(task, group) && (wanted === '' || `${task.title} ${task.node}`.toLowerCase().includes(wanted)),
      ),
    [tasks, group, wanted],
  );
  return (
    <>
      <div className={styles['bar']}>
        <ChoiceBar label="State" choices={choices} value={group} onChange={setGroup} />
        <TextInput
          className={styles['search']}
          aria-label="Search tasks"
          placeholder="Search"
          leftSection={<IconSearch size={14} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      </div>
      {shown.length > 0 && <TaskTable tasks={shown} />}
      {shown.length === 0 && tasks.length > 0 && (
        <Empty icon={IconSearch} title="No task matches" text="Choose another state or clear the search." />
      )}
      {tasks.length === 0 && (
        <Empty
          icon={IconListDetails}
          title="No tasks"
          text="Run a workflow; its tasks appear here."
          command="fusion-kit run workflow.yaml"
        />
      )}
    </>
  );
}
