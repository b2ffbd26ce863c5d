import type { Workflow } from '@fusion-kit/domain/workflow';
import { dateAndTime } from '../../shared/format/figures.ts';
import { useOpen } from '../../shared/navigation/use-open.ts';
import styles from './workflow-list.module.css';

interface WorkflowListProps {
  workflows: readonly Workflow[];
  chosen: string | undefined;
}

/** The saved workflows of a project; a click shows one. */
export function WorkflowList({ workflows, chosen }: WorkflowListProps) {
  const open = useOpen();
  return (
    <ul className={styles['list']}>
      {workflows.map((workflow) => (
        <li key={workflow.id}>
          <button
            type="button"
            className={styles['workflow']}
            aria-current={workflow.id === chosen}
            data-testid={`workflow-${workflow.name}`}
            onClick={() => open.workflow(workflow.id)}
          >
            <strong className="fk-clip">{workflow.name}</strong>
            <span className="fk-faint">v{workflow.version}</span>
            <span className={`${styles['about']} fk-clip`}>
              {workflow.nodeCount} {workflow.nodeCount === 1 ? 'node' : 'nodes'} · {workflow.versions.at(-1)?.author}
              {workflow.state === 'archived' && ' · archived'}
            </span>
            <time className={styles['saved']} dateTime={new Date(savedAt(workflow)).toISOString()}>
              {dateAndTime(savedAt(workflow))}
            </time>
          </button>
        </li>
      ))}
    </ul>
  );
}

const savedAt = (workflow: Workflow): number => workflow.versions.at(-1)?.savedAt ?? workflow.createdAt;
