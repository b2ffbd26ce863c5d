import { criticalPath, levels } from './graph.ts';
import type { WorkflowDefinition, WorkflowNode } from './workflow.ts';

/** How a workflow can be expected to run. What lies inside a node counts once, as if a map had one entry and a loop one round. */
export interface Forecast {
  /** All nodes, those inside others counted in. */
  nodes: number;
  /** The most tasks that have to wait for one another. */
  levels: number;
  /** The most nodes that could work at once: a map counts as often as it is wide. */
  widest: number;
  /** The longest chain of nodes that need each other; ids of nodes inside others with those around them: `fix-all/fix`. */
  criticalPath: string[];
}

/** What can be said of a run before it starts. Pure, linear in nodes and needs. @throws {FusionError} `workflow_cycle` */
export function forecastOf({ nodes }: Pick<WorkflowDefinition, 'nodes'>): Forecast {
  const inside = new Map(
    nodes.flatMap((node) => (node.body ? [[node, forecastOf({ nodes: node.body })] as const] : [])),
  );
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const { ids, weight } = criticalPath(nodes, (node) => inside.get(node)?.levels ?? 1);
  const widthOf = (node: WorkflowNode): number =>
    (inside.get(node)?.widest ?? 1) * (node.work.kind === 'map' ? node.work.width : 1);
  return {
    nodes: nodes.reduce((sum, node) => sum + (inside.get(node)?.nodes ?? 0), nodes.length),
    levels: weight,
    widest: levels(nodes).reduce(
      (widest, level) =>
        Math.max(
          widest,
          level.reduce((sum, id) => sum + widthOf(byId.get(id)!), 0),
        ),
      0,
    ),
    criticalPath: ids.flatMap((id) => inside.get(byId.get(id)!)?.criticalPath.map((inner) => `${id}/${inner}`) ?? [id]),
  };
}
