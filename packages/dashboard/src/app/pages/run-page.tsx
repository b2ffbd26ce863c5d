import { useState } from 'react';
import { RunGraph } from '../../features/graph/run-graph.tsx';
import { KpiStrip } from '../../features/runs/kpi-strip.tsx';
import { RunHeader } from '../../features/runs/run-header.tsx';
import { RunCommits, RunProof } from '../../features/runs/run-proof.tsx';
import { TaskBoard } from '../../features/tasks/task-board.tsx';
import { useScopeRun } from '../../shared/navigation/scope.ts';
import { ChoiceBar } from '../../shared/ui/choice-bar.tsx';
import { Panel } from '../../shared/ui/panel.tsx';
import { useRunTasks } from './run-tasks.ts';
import { Welcome } from './welcome.tsx';
import styles from './run-page.module.css';

type Part = 'tasks' | 'proof' | 'commits';

/** One run in depth: its graph, its tasks, its proof, what landed. */
export function RunPage() {
  const run = useScopeRun();
  const tasks = useRunTasks(run);
  const [part, setPart] = useState<Part>('tasks');
  if (!run) return <Welcome />;
  const parts = [
    { value: 'tasks', text: 'Tasks', count: tasks.length },
    { value: 'proof', text: 'Checks and receipts', count: tasks.filter((task) => task.receipt).length },
    { value: 'commits', text: 'Commits', count: tasks.filter((task) => task.landed).length },
  ] as const;
  return (
    <div className={styles['page']}>
      <RunHeader run={run} />
      <KpiStrip run={run} />
      <Panel title="Graph" className={styles['graph']} flush>
        <RunGraph runId={run.id} tasks={tasks} instead={<TaskBoard tasks={tasks} />} />
      </Panel>
      <Panel
        title="Work"
        className={styles['work']}
        flush
        actions={<ChoiceBar label="Part" choices={parts} value={part} onChange={setPart} />}
      >
        {part === 'tasks' && <TaskBoard tasks={tasks} />}
        {part === 'proof' && <RunProof run={run} tasks={tasks} />}
        {part === 'commits' && <RunCommits run={run} tasks={tasks} />}
      </Panel>
    </div>
  );
}
