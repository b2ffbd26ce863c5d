import type { Task } from '@fusion-kit/domain/task';
import { StateBadge } from './state-badge.tsx';

/** A task's state; while it runs, the phase it is in. */
export const TaskBadge = ({
  task,
  variant,
}: {
  task: Pick<Task, 'state' | 'phase'>;
  variant?: 'soft' | 'bare' | 'icon';
}) => (
  <StateBadge
    state={task.state}
    detail={task.state === 'running' && task.phase !== 'working' ? task.phase : undefined}
    {...(variant && { variant })}
  />
);
