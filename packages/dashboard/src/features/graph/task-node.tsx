import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { tokens } from '../../shared/format/figures.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { Elapsed } from '../../shared/ui/elapsed.tsx';
import { TaskBadge } from '../../shared/ui/task-badge.tsx';
import styles from './task-node.module.css';

export type TaskNodeData = Node<{ taskId: string }, 'task'>;

/** One task of the graph. It reads its own row, so that a change of one renders one. */
export const TaskNode = memo(function TaskNode({ data }: NodeProps<TaskNodeData>) {
  const task = useLive((store) => store.world.get('tasks', data.taskId));
  const agentId = task?.dispatch?.agentId ?? task?.lastAgentId;
  const agent = useLive((store) => (agentId ? store.world.get('agents', agentId)?.name : undefined));
  if (!task) return null;
  const used = task.usage.inputTokens + task.usage.outputTokens;
  return (
    <>
      <Handle type="target" position={Position.Left} className={styles['handle'] ?? ''} isConnectable={false} />
      <button
        type="button"
        className={styles['node']}
        data-testid={`task-${task.node}`}
        data-state={task.state}
        data-phase={task.phase}
      >
        <strong className={styles['name']} title={`${task.title} (${task.node})`}>
          {task.title}
        </strong>
        <span className={styles['line']}>
          <TaskBadge task={task} variant="bare" />
          {task.startedAt !== undefined && <Elapsed since={task.startedAt} until={task.finishedAt} />}
        </span>
        <span className={styles['foot']}>
          <span className="fk-clip">{agent ?? 'not assigned'}</span>
          {used > 0 && <span className="fk-figure">{tokens(used)}</span>}
        </span>
      </button>
      <Handle type="source" position={Position.Right} className={styles['handle'] ?? ''} isConnectable={false} />
    </>
  );
});
