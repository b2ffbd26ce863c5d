import { isEnded } from '@fusion-kit/domain/task';
import type { Accept } from '@fusion-kit/domain/task';
import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps, getBezierPath, useStore } from '@xyflow/react';
import { memo } from 'react';
import type { LiveStore } from '../../shared/live/live-store.ts';
import { useLive } from '../../shared/live/use-live.ts';
import { isPlain } from './accept-label.ts';
import { isFar } from './far.ts';
import styles from './need-edge.module.css';

export type NeedEdgeData = Edge<{ accept: readonly Accept[]; label: string | undefined; shift: number }, 'need'>;
/** Between a card and what the edges that leave it say. */
const BESIDE_PX = 6;

type NeedState = 'pending' | 'satisfied' | 'feeding' | 'untaken' | 'broken';

function needState(store: LiveStore, source: string, target: string, accept: readonly string[]): NeedState {
  const needed = store.world.get('tasks', source);
  if (!needed || !isEnded(needed.state)) return 'pending';
  const dependent = store.world.get('tasks', target);
  if (!accept.includes(needed.state)) return dependent?.state === 'skipped' ? 'untaken' : 'broken';
  if (dependent?.state === 'skipped' || dependent?.state === 'cancelled') return 'untaken';
  const works = dependent?.state === 'running' && dependent.work.kind !== 'approval'; // who waits for a person does not move
  return works ? 'feeding' : 'satisfied';
}

/**
 * What a task needs: grey while pending, green when satisfied, moving while the dependent works, red when it can no longer be met, faint where the
 * graph took another way. One that waits for something else than completion is dashed and says so.
 */
export const NeedEdge = memo(function NeedEdge(edge: EdgeProps<NeedEdgeData>) {
  const { id, source, target, data, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition } = edge;
  const accept: readonly Accept[] = data?.accept ?? ['completed'];
  const state = useLive((store) => needState(store, source, target, accept));
  const far = useStore(isFar);
  const [path] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const special = isPlain(accept) ? '' : (styles['special'] ?? '');
  return (
    <>
      <BaseEdge id={id} path={path} className={`${styles['edge']} ${styles[state]} ${special}`} />
      {data?.label && !far && (
        <EdgeLabelRenderer>
          <span
            className={styles['label']}
            data-state={state}
            data-testid="edge-label"
            style={{ transform: `translate(${sourceX + BESIDE_PX}px, ${sourceY + data.shift}px) translateY(-50%)` }}
          >
            {data.label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
