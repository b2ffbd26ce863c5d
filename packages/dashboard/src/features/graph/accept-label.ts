import type { NodeKind } from '@fusion-kit/domain/node';
import type { Accept } from '@fusion-kit/domain/task';

const ALL = 3;

/** What an edge says beside that it is there; nothing for one that waits for completion. Of a condition both branches are named. Pure. */
export function acceptLabel(accept: readonly Accept[], kind: NodeKind | undefined): string | undefined {
  const accepted = new Set(accept);
  if (accepted.size === ALL) return 'in any case';
  const others = [...accepted].filter((each) => each !== 'completed');
  if (kind === 'condition' && !accepted.has('failed') && accepted.size === 1)
    return accepted.has('completed') ? 'true' : 'false';
  if (others.length === 0) return undefined;
  return accepted.has('completed') ? `or ${others.join()}` : `if ${others.join(' or ')}`;
}

/** Whether an edge waits for something else than that what it comes from is done. Pure. */
export const isPlain = (accept: readonly Accept[]): boolean => accept.length === 1 && accept[0] === 'completed';

interface Ends {
  sourceX: number;
  sourceY: number;
  targetX: number;
  targetY: number;
}

/** An edge as long as this runs behind other cards: what it says stands near its beginning, where there is room. */
const LONG = 140;

/** Where an edge's label stands: a point of its curve. Pure. */
export function labelPlace({ sourceX, sourceY, targetX, targetY }: Ends): { x: number; y: number } {
  const across = targetX - sourceX;
  const t = across > LONG ? 34 / (1.5 * across) : 0.5;
  // the curve's handles lie half way across, at the height of its ends
  const at = (from: number, first: number, second: number, to: number) =>
    (1 - t) ** 3 * from + 3 * (1 - t) ** 2 * t * first + 3 * (1 - t) * t ** 2 * second + t ** 3 * to;
  const middle = sourceX + across / 2;
  return { x: at(sourceX, middle, middle, targetX), y: at(sourceY, sourceY, targetY, targetY) };
}
