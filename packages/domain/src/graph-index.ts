/** What the graph rules look at: workflow nodes, tasks and the editor's nodes all have this shape. */
export interface GraphNode {
  readonly id: string;
  readonly needs: readonly { readonly id: string }[];
}

/** Nodes by position in their list; unknown needs are left out, a need named twice counts once, of nodes with one id the first one is needed. */
export interface Indexed {
  at: Map<string, number>;
  needs: number[][];
  dependents: number[][];
}

export function indexed(nodes: readonly GraphNode[]): Indexed {
  const at = new Map<string, number>();
  for (const [position, node] of nodes.entries()) if (!at.has(node.id)) at.set(node.id, position);
  const needs = nodes.map((node) => [...new Set(node.needs.flatMap((need) => at.get(need.id) ?? []))]);
  const after: number[][] = nodes.map(() => []);
  for (const [position, own] of needs.entries()) for (const need of own) after[need]!.push(position);
  return { at, needs, dependents: after };
}
