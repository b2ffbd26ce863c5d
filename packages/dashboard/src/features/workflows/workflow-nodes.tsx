import type { WorkflowNode } from '@fusion-kit/domain/workflow';
import { workLine } from '../../shared/format/work-line.ts';
import { KindMark } from '../../shared/ui/kind-mark.tsx';
import { linesOf, needsLine } from './node-lines.ts';
import styles from './workflow-nodes.module.css';

const NODES_SHOWN = 500;

/** What a workflow consists of: every node, its kind, what it needs, what it does. */
export function WorkflowNodes({ nodes }: { nodes: readonly WorkflowNode[] }) {
  const lines = linesOf(nodes);
  return (
    <>
      <ul className={styles['nodes']}>
        {lines.slice(0, NODES_SHOWN).map(({ node, depth, path }) => (
          <li key={path} style={{ paddingLeft: 12 + depth * 22 }} data-testid={`node-${path}`}>
            <span className={styles['name']}>
              <KindMark kind={node.work.kind} />
              <strong className="fk-clip" title={node.title}>
                {node.title}
              </strong>
              <code className="fk-mono fk-faint fk-clip">{node.id}</code>
            </span>
            <span className={`${styles['work']} fk-clip`} title={workLine(node.work)}>
              {workLine(node.work)}
            </span>
            <span className={`${styles['needs']} fk-clip`}>{needsLine(node)}</span>
          </li>
        ))}
      </ul>
      {lines.length > NODES_SHOWN && <p className="fk-faint">and {lines.length - NODES_SHOWN} more</p>}
    </>
  );
}
