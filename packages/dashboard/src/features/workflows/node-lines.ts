import type { WorkflowNode } from '@fusion-kit/domain/workflow';

interface Line {
  node: WorkflowNode;
  depth: number;
  path: string;
}

/** The nodes one below the other, what runs inside another one set in. Pure. */
export const linesOf = (nodes: readonly WorkflowNode[], depth = 0, around = ''): Line[] =>
  nodes.flatMap((node) => [
    { node, depth, path: around + node.id },
    ...linesOf(node.body ?? [], depth + 1, `${around}${node.id}/`),
  ]);

/** `after plan, check (if failed)`. Pure. */
export function needsLine({ needs, when }: Pick<WorkflowNode, 'needs' | 'when'>): string {
  const named = needs.map(({ id, accept }) =>
    accept.join() === 'completed' ? id : `${id} (if ${accept.join(' or ')})`,
  );
  return [named.length > 0 && `after ${named.join(', ')}`, when !== undefined && `when ${when}`]
    .filter(Boolean)
    .join(' · ');
}
