import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { TaskBoard } from '../../features/tasks/task-board.tsx';
import { TaskForm } from '../../features/tasks/task-form.tsx';
import { sameFields, useLive } from '../../shared/live/use-live.ts';
import { useScopeProject, useScopeRun } from '../../shared/navigation/scope.ts';
import { ChoiceBar } from '../../shared/ui/choice-bar.tsx';
import { Panel } from '../../shared/ui/panel.tsx';
import styles from './full-page.module.css';

const RANGES = [
  { value: 'run', text: 'This run' },
  { value: 'project', text: 'Whole project' },
] as const;

export function TasksPage() {
  const run = useScopeRun();
  const project = useScopeProject();
  const [range, setRange] = useState<'run' | 'project'>('run');
  const [asking, setAsking] = useState(false);
  const tasks = useLive(
    (store) =>
      range === 'run' && run
        ? [...store.world.tasksOf(run.id)]
        : store
            .all('tasks')
            .filter((task) => task.projectId === project?.id)
            .toReversed(),
    sameFields,
  );
  const close = (given: boolean) => {
    setAsking(false);
    if (given) setRange('project'); // tasks given by hand have a run of their own
  };
  const actions = (
    <>
      <ChoiceBar label="Range" choices={RANGES} value={range} onChange={setRange} />
      {project && (
        <Button leftSection={<IconPlus size={14} />} onClick={() => setAsking(true)}>
          New task
        </Button>
      )}
    </>
  );
  return (
    <div className={styles['page']}>
      <Panel title="Tasks" note={tasks.length} actions={actions} className={styles['panel']} flush>
        <TaskBoard tasks={tasks} />
      </Panel>
      {asking && project && <TaskForm project={project} onClose={close} />}
    </div>
  );
}
