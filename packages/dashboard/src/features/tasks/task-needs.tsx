import type { Task } from '@fusion-kit/domain/task';
import { sameFields, useLive } from '../../shared/live/use-live.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { DrawerSection } from '../../shared/ui/side-drawer.tsx';
import { TaskBadge } from '../../shared/ui/task-badge.tsx';
import styles from './task-needs.module.css';

/** What a task needs and what needs it, each a link. */
export function TaskNeeds({ task }: { task: Task }) {
  const needs = useLive((store) => task.needs.flatMap((need) => store.world.get('tasks', need.id) ?? []), sameFields);
  const dependents = useLive(
    (store) => store.world.dependents(task.id).flatMap((id) => store.world.get('tasks', id) ?? []),
    sameFields,
  );
  if (needs.length === 0 && dependents.length === 0) return null;
  return (
    <DrawerSection title="Dependencies">
      <div className={styles['sides']}>
        <Side title="Needs" tasks={needs} none="nothing" />
        <Side title="Unblocks" tasks={dependents} none="nothing" />
      </div>
    </DrawerSection>
  );
}

function Side({ title, tasks, none }: { title: string; tasks: readonly Task[]; none: string }) {
  const open = useOpen();
  return (
    <div className={styles['side']}>
      <span className="fk-faint">{title}</span>
      {tasks.length === 0 && <span className="fk-dim">{none}</span>}
      {tasks.map((task) => (
        <button key={task.id} type="button" onClick={() => open.task(task.id)}>
          <TaskBadge task={task} variant="icon" />
          <span className="fk-clip">{task.title}</span>
        </button>
      ))}
    </div>
  );
}
