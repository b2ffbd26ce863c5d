import { isEnded } from '@fusion-kit/domain/task';
import type { Accept } from '@fusion-kit/domain/task';
import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from '@xyflow/react';
import { memo } from 'react';
import type { LiveStore } from '../../shared/live/live-store.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { acceptLabel, isPlain, labelPlace } from './accept-label.ts';
import styles from './need-edge.module.css';

export type NeedEdgeData = Edge<{ accept: readonly Accept[] }, 'need'>;
type NeedState = 'pending' | 'satisfied' | 'feeding' | 'untaken' | 'broken';

function needState(store: LiveStore, source: string, target: string, accept: readonly string[]): NeedState {
  const needed = store.world.get('tasks', source);
  if (!needed || !isEnded(needed.state)) return 'pending';
  const dependent = store.world.get('tasks', target)?.state;
  if (!accept.includes(needed.state)) return dependent === 'skipped' ? 'untaken' : 'broken';
  if (dependent === 'skipped' || dependent === 'cancelled') return 'untaken';
  return dependent === 'running' ? 'feeding' : 'satisfied';
}

/**
 * What a task needs: grey while pending, green when satisfied, moving while the dependent works, red when it can no longer be met, faint where the
 * graph took another way. One that waits for something else than completion is dashed and says so.
 */
export const NeedEdge = memo(function NeedEdge(edge: EdgeProps<NeedEdgeData>) {
  const { id, source, target, data, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition } = edge;
  const accept: readonly Accept[] = data?.accept ?? ['completed'];
  const state = useLive((store) => needState(store, source, target, accept));
  const label = useLive((store) => acceptLabel(accept, store.world.get('tasks', source)?.work.kind));
  const [path] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const { x, y } = labelPlace({ sourceX, sourceY, targetX, targetY });
  const special = isPlain(accept) ? '' : (styles['special'] ?? '');
  return (
    <>
      <BaseEdge id={id} path={path} className={`${styles['edge']} ${styles[state]} ${special}`} />
      {label && (
        <EdgeLabelRenderer>
          <span
            className={styles['label']}
            data-state={state}
            data-testid="edge-label"
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
          >
            {label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
