import type { TaskId } from '@fusion-kit/domain/ids';
import type { Task } from '@fusion-kit/domain/task';
import { memo } from 'react';
import { tokens, usd } from '../../shared/format/figures.ts';
import { taskNote } from '../../shared/live/task-waits.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { useNames } from '../../shared/live/use-names.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { Elapsed } from '../../shared/ui/elapsed.tsx';
import { KindMark } from '../../shared/ui/kind-mark.tsx';
import { TaskBadge } from '../../shared/ui/task-badge.tsx';
import { VirtualRows } from '../../shared/ui/virtual-rows.tsx';
import styles from './task-table.module.css';
import table from '../../shared/ui/table.module.css';

const COLUMNS = '140px minmax(220px, 1.3fr) 130px minmax(200px, 1fr) 54px 72px 72px 76px';

/** Tasks in rows, with why each waits; a click opens one. */
export const TaskTable = ({ tasks }: { tasks: readonly Task[] }) => (
  <VirtualRows
    items={tasks}
    keyOf={(task) => task.id}
    rowHeight={41}
    label="Tasks"
    role="rowgroup"
    minWidth={1048}
    head={<Head />}
  >
    {(task) => <Row id={task.id} />}
  </VirtualRows>
);

const Head = () => (
  <div className={table['head']} style={{ gridTemplateColumns: COLUMNS }} role="row">
    {['State', 'Task', 'Agent', 'Waiting for, or why'].map((name) => (
      <span key={name} role="columnheader">
        {name}
      </span>
    ))}
    {['Priority', 'Time', 'Tokens', 'Cost'].map((name) => (
      <span key={name} role="columnheader" className={table['number']}>
        {name}
      </span>
    ))}
  </div>
);

const Row = memo(function Row({ id }: { id: TaskId }) {
  const names = useNames();
  const open = useOpen();
  const task = useLive((store) => store.world.get('tasks', id));
  const note = useLive((store) => {
    const now = store.world.get('tasks', id);
    return now && taskNote(store, now, names, Date.now());
  });
  const agentId = task?.dispatch?.agentId ?? task?.lastAgentId;
  const agent = useLive((store) => (agentId ? store.world.get('agents', agentId)?.name : undefined));
  if (!task) return null;
  return (
    <div
      className={table['row']}
      style={{ gridTemplateColumns: COLUMNS }}
      role="row"
      data-testid={`task-row-${task.node}`}
      data-state={task.state}
    >
      <span role="cell">
        <TaskBadge task={task} />
      </span>
      <span role="cell" className={styles['name']}>
        <KindMark kind={task.work.kind} variant="icon" />
        <button type="button" className={table['open']} onClick={() => open.task(id)}>
          {task.title}
        </button>
        <code className="fk-mono fk-faint fk-clip">{task.node}</code>
      </span>
      <span role="cell" className={table['second']}>
        {agent ?? '–'}
      </span>
      <span role="cell" className={table['second']} title={note}>
        {note}
      </span>
      <span role="cell" className={table['number']}>
        {task.priority}
      </span>
      <span role="cell" className={table['number']}>
        <Elapsed since={task.startedAt} until={task.finishedAt} />
      </span>
      <span role="cell" className={table['number']}>
        {tokens(task.usage.inputTokens + task.usage.outputTokens)}
      </span>
      <span role="cell" className={table['number']}>
        {usd(task.usage.costUsd, task.usage.unpricedCalls)}
      </span>
    </div>
  );
});
