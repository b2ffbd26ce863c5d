import { AgentPanel } from './agent-panel.tsx';
import { EventPanel } from '../../features/events/event-panel.tsx';
import { InboxStrip } from '../../features/inbox/inbox-strip.tsx';
import { KpiStrip } from '../../features/runs/kpi-strip.tsx';
import { MessagePanel } from './message-panel.tsx';
import { RunGraph } from '../../features/graph/run-graph.tsx';
import { TaskBoard } from '../../features/tasks/task-board.tsx';
import { UsagePanel } from '../../features/usage/usage-panel.tsx';
import { useScopeRun } from '../../shared/navigation/scope.ts';
import { Panel } from '../../shared/ui/panel.tsx';
import { useRunTasks } from './run-tasks.ts';
import { Welcome } from './welcome.tsx';
import styles from './overview-page.module.css';

/** The current run at a glance: how it stands, its graph, who is at what, who says what, what happens. */
export function OverviewPage() {
  const run = useScopeRun();
  const tasks = useRunTasks(run);
  if (!run) return <Welcome />;
  return (
    <div className={styles['page']}>
      <h1 className="fk-hidden">Overview of {run.name}</h1>
      <InboxStrip />
      <KpiStrip run={run} />
      <div className={styles['grid']}>
        <Panel
          title="Graph"
          note={`${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}`}
          className={styles['graph']}
          flush
        >
          <RunGraph runId={run.id} tasks={tasks} instead={<TaskBoard tasks={tasks} />} />
        </Panel>
        <AgentPanel run={run} className={styles['agents']} />
        <EventPanel className={styles['events']} />
        <MessagePanel run={run} className={styles['messages']} />
        <UsagePanel className={styles['usage']} />
      </div>
    </div>
  );
}
