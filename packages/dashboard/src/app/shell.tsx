import { useDocumentTitle } from '@mantine/hooks';
import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ScopeSwitcher } from '../features/runs/scope-switcher.tsx';
import { useLive } from '../shared/live/use-live.ts';
import { useScopeRun } from '../shared/navigation/scope.ts';
import { usePageSearch } from '../shared/navigation/use-open.ts';
import { Banners } from './banners.tsx';
import { ConnectionMark } from './connection-mark.tsx';
import { Rail } from './rail.tsx';
import { RefusedPage } from './refused-page.tsx';
import { SchemeSwitch } from './scheme-switch.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { Starting } from './starting.tsx';
import styles from './shell.module.css';

const TaskDrawer = lazy(() =>
  import('../features/tasks/task-drawer.tsx').then((module) => ({ default: module.TaskDrawer })),
);
const AgentDrawer = lazy(() =>
  import('../features/agents/agent-drawer.tsx').then((module) => ({ default: module.AgentDrawer })),
);

/** What a tab among many should tell: how the run stands. */
function usePageTitle(): string {
  const run = useScopeRun();
  return run ? `${run.name}: ${run.state} · fusion-kit` : 'fusion-kit';
}

/** What surrounds every page. */
export function Shell() {
  const refused = useLive((store) => store.connection.state === 'refused');
  const started = useLive((store) => store.server !== undefined);
  const { task, agent } = usePageSearch();
  useDocumentTitle(usePageTitle());
  if (refused) return <RefusedPage />;
  return (
    <div className={styles['shell']}>
      <a className={styles['skip']} href="#page">
        Skip to the page
      </a>
      <Rail />
      <header className={styles['header']}>
        {started && <ScopeSwitcher />}
        <div className={styles['tools']}>
          <ConnectionMark />
          <Shortcuts />
          <SchemeSwitch />
        </div>
      </header>
      <div className={styles['main']}>
        <Banners />
        <main id="page" className={styles['page']}>
          {started ? <Outlet /> : <Starting />}
        </main>
      </div>
      <Suspense>
        {started && task && <TaskDrawer key={task} taskId={task} />}
        {started && agent && <AgentDrawer key={agent} agentId={agent} />}
      </Suspense>
    </div>
  );
}
