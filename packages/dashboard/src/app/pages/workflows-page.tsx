import { IconFileCode } from '@tabler/icons-react';
import { WorkflowDetail } from '../../features/workflows/workflow-detail.tsx';
import { WorkflowList } from '../../features/workflows/workflow-list.tsx';
import { sameFields, useLive } from '../../shared/live/use-live.ts';
import { useScopeProject } from '../../shared/navigation/scope.ts';
import { usePageSearch } from '../../shared/navigation/use-open.ts';
import { Empty } from '../../shared/ui/empty.tsx';
import { Panel } from '../../shared/ui/panel.tsx';
import styles from './workflows-page.module.css';

/** The workflows of the project: the list, and the one that is chosen. */
export function WorkflowsPage() {
  const project = useScopeProject();
  const search = usePageSearch();
  const workflows = useLive(
    (store) =>
      store
        .all('workflows')
        .filter((workflow) => workflow.projectId === project?.id)
        .toSorted(
          (one, other) =>
            Number(one.state === 'archived') - Number(other.state === 'archived') || one.name.localeCompare(other.name),
        ),
    sameFields,
  );
  const chosen = workflows.find(({ id }) => id === search.workflow) ?? workflows[0];
  return (
    <div className={styles['page']}>
      <Panel title="Workflows" note={workflows.length} className={styles['list']} flush>
        {workflows.length === 0 ? (
          <Empty
            icon={IconFileCode}
            title="No workflows"
            text="A workflow is saved when it is run, or by itself."
            command="fusion-kit workflow create workflow.yaml"
          />
        ) : (
          <WorkflowList workflows={workflows} chosen={chosen?.id} />
        )}
      </Panel>
      {chosen && (
        <Panel title="Workflow" className={styles['detail']} flush>
          <WorkflowDetail key={`${chosen.id} ${chosen.version}`} workflow={chosen} />
        </Panel>
      )}
    </div>
  );
}
