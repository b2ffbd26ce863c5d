import { isEnded } from '@fusion-kit/domain/task';
import { BaseEdge, type Edge, type EdgeProps, getBezierPath } from '@xyflow/react';
import { memo } from 'react';
import type { LiveStore } from '../../shared/live/live-store.ts';
import { useLive } from '../../shared/live/use-live.ts';
import styles from './need-edge.module.css';

export type NeedEdgeData = Edge<{ accept: readonly string[] }, 'need'>;
type NeedState = 'pending' | 'satisfied' | 'feeding' | 'broken';

function needState(store: LiveStore, source: string, target: string, accept: readonly string[]): NeedState {
  const needed = store.world.get('tasks', source);
  if (!needed || !isEnded(needed.state)) return 'pending';
  if (!accept.includes(needed.state)) return 'broken';
  return store.world.get('tasks', target)?.state === 'running' ? 'feeding' : 'satisfied';
}

/** What a task needs: dashed while pending, solid when satisfied, moving while the dependent works, red when it can no longer be met. */
export const NeedEdge = memo(function NeedEdge(edge: EdgeProps<NeedEdgeData>) {
  const { id, source, target, data, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition } = edge;
  const state = useLive((store) => needState(store, source, target, data?.accept ?? ['completed']));
  const [path] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  return <BaseEdge id={id} path={path} className={`${styles['edge']} ${styles[state]}`} />;
});
