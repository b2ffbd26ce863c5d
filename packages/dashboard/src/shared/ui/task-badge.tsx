import type { Task } from '@fusion-kit/domain/task';
import { StateBadge } from './state-badge.tsx';
import { shownState } from './task-look.ts';

/** A task's state; while it runs, the phase it is in or what it waits for. */
export const TaskBadge = ({ task, variant }: { task: Task; variant?: 'soft' | 'bare' | 'icon' }) => (
  <StateBadge state={shownState(task)} {...(variant && { variant })} />
);
