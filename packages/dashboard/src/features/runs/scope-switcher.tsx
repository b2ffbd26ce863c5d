import { Menu } from '@mantine/core';
import { IconCheck, IconChevronDown, IconFolder } from '@tabler/icons-react';
import { dateAndTime } from '../../shared/format/figures.ts';
import { sameFields, useLive } from '../../shared/live/use-live.ts';
import { runsOf, useScopeProject, useScopeRun } from '../../shared/navigation/scope.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import { StateBadge } from '../../shared/ui/state-badge.tsx';
import styles from './scope-switcher.module.css';

const RUNS_SHOWN = 12;

/** Chooses the project and the run that the page is about. */
export function ScopeSwitcher() {
  const project = useScopeProject();
  const run = useScopeRun();
  const open = useOpen();
  const projects = useLive((store) => store.all('projects'));
  if (!project) return <span className="fk-faint">no project yet</span>;
  return (
    <Menu position="bottom-start" width={340} shadow="md">
      <Menu.Target>
        <button type="button" className={styles['target']} aria-label="Project and run">
          <IconFolder size={15} aria-hidden />
          <span className="fk-clip">{project.name}</span>
          {run && (
            <>
              <span className="fk-faint">/</span>
              <span className={`fk-clip ${styles['run']}`}>{run.name}</span>
            </>
          )}
          <IconChevronDown size={14} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Choices projectId={project.id} runId={run?.id} />
        {projects.length > 1 && <Menu.Divider />}
        {projects.length > 1 && <Menu.Label>Projects</Menu.Label>}
        {projects.length > 1 &&
          projects
            .filter((each) => each.state === 'active')
            .map((each) => (
              <Menu.Item
                key={each.id}
                onClick={() => open.project(each.id)}
                rightSection={each.id === project.id && <IconCheck size={14} />}
              >
                {each.name} <span className="fk-faint">{each.path}</span>
              </Menu.Item>
            ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Choices({ projectId, runId }: { projectId: string; runId: string | undefined }) {
  const open = useOpen();
  const runs = useLive((store) => runsOf(store, projectId).slice(0, RUNS_SHOWN), sameFields);
  if (runs.length === 0) return <Menu.Label>No runs yet</Menu.Label>;
  return (
    <>
      <Menu.Label>Runs</Menu.Label>
      {runs.map((run) => (
        <Menu.Item
          key={run.id}
          onClick={() => open.run(run.id)}
          leftSection={<StateBadge state={run.state} variant="icon" />}
          rightSection={run.id === runId && <IconCheck size={14} />}
        >
          <span className={styles['name']}>{run.name}</span>
          <span className="fk-faint">{dateAndTime(run.startedAt)}</span>
        </Menu.Item>
      ))}
    </>
  );
}
