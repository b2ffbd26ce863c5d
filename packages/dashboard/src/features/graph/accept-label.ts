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

/** Where the labels of the edges that leave one card stand, beside each other: pixels above or below the edge's beginning, by the id of each edge. Pure. */
export function labelShifts(
  edges: readonly { id: string; source: string; label: string | undefined; y: number }[],
): Map<string, number> {
  const bySource = new Map<string, { id: string; y: number }[]>();
  for (const { id, source, label, y } of edges)
    if (label !== undefined) bySource.set(source, [...(bySource.get(source) ?? []), { id, y }]);
  const shifts = new Map<string, number>();
  for (const own of bySource.values())
    for (const [at, { id }] of own.toSorted((one, other) => one.y - other.y).entries())
      shifts.set(id, (at - (own.length - 1) / 2) * LABEL_HEIGHT);
  return shifts;
}

const LABEL_HEIGHT = 19;
