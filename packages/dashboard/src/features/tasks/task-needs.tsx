import { type Accept, type Task } from '@fusion-kit/domain/task';
import { sameFields, useLive } from '../../shared/live/use-live.ts';
import { DrawerSection } from '../../shared/ui/side-drawer.tsx';
import { TaskLink } from './task-link.tsx';
import styles from './task-needs.module.css';

/** How a needed task may end, where that is not that it completes. */
const acceptNote = (accept: readonly Accept[] | undefined): string | undefined =>
  accept === undefined || accept.join() === 'completed' ? undefined : `if ${accept.join(' or ')}`;

/** What a task needs and what needs it, each a link. */
export function TaskNeeds({ task }: { task: Task }) {
  const needs = useLive((store) => task.needs.flatMap((need) => store.world.get('tasks', need.id) ?? []), sameFields);
  const dependents = useLive(
    (store) => store.world.dependents(task.id).flatMap((id) => store.world.get('tasks', id) ?? []),
    sameFields,
  );
  if (needs.length === 0 && dependents.length === 0) return null;
  const accepted = new Map(task.needs.map((need) => [need.id, need.accept]));
  return (
    <DrawerSection title="Dependencies">
      <div className={styles['sides']}>
        <Side title="Needs" tasks={needs} noteOf={(other) => acceptNote(accepted.get(other.id))} />
        <Side
          title="Unblocks"
          tasks={dependents}
          noteOf={(other) => acceptNote(other.needs.find((need) => need.id === task.id)?.accept)}
        />
      </div>
    </DrawerSection>
  );
}

interface SideProps {
  title: string;
  tasks: readonly Task[];
  noteOf: (task: Task) => string | undefined;
}

const Side = ({ title, tasks, noteOf }: SideProps) => (
  <div className={styles['side']}>
    <span className="fk-faint">{title}</span>
    {tasks.length === 0 && <span className="fk-dim">nothing</span>}
    {tasks.map((task) => (
      <TaskLink key={task.id} task={task} note={noteOf(task)} />
    ))}
  </div>
);
