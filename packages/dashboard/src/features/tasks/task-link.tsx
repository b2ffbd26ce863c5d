import type { Task } from '@fusion-kit/domain/task';
import type { ReactNode } from 'react';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { KindMark } from '../../shared/ui/kind-mark.tsx';
import { TaskBadge } from '../../shared/ui/task-badge.tsx';
import styles from './task-link.module.css';

/** Another task in a line; a click opens it. */
export function TaskLink({ task, note }: { task: Task; note?: ReactNode }) {
  const open = useOpen();
  return (
    <button type="button" className={styles['link']} onClick={() => open.task(task.id)}>
      <TaskBadge task={task} variant="icon" />
      <KindMark kind={task.work.kind} variant="icon" />
      <span className="fk-clip">{task.title}</span>
      {note !== undefined && <span className={styles['note']}>{note}</span>}
    </button>
  );
}
