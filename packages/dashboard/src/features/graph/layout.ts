import { levels } from '@fusion-kit/domain/graph';
import { Graph, layout } from '@dagrejs/dagre';

export const NODE_WIDTH = 184;
export const NODE_HEIGHT = 96;
const BETWEEN_LEVELS = 38;
const BETWEEN_NODES = 18;
/** How much harder an edge between neighbouring levels pulls: nodes stand as early as they can start. */
const TIGHT = 4;
/** Above this many nodes dagre would stop the page for too long; plain columns by level take its place. */
export const DAGRE_MAX = 300;

interface GraphNode {
  readonly id: string;
  readonly needs: readonly { readonly id: string }[];
}
export type Position = { x: number; y: number };

/** Where each node stands (its upper left corner), what is needed to the left of what needs it. Unknown needs do not count. Pure. */
export function layoutGraph(nodes: readonly GraphNode[]): Map<string, Position> {
  return nodes.length > DAGRE_MAX ? columns(nodes) : layered(nodes);
}

function layered(nodes: readonly GraphNode[]): Map<string, Position> {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', ranksep: BETWEEN_LEVELS, nodesep: BETWEEN_NODES });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  const level = new Map(levels(nodes).flatMap((ids, at) => ids.map((id) => [id, at])));
  for (const node of nodes) {
    for (const need of node.needs) {
      if (!graph.hasNode(need.id)) continue;
      const tight = (level.get(node.id) ?? 0) - (level.get(need.id) ?? 0) === 1;
      graph.setEdge(need.id, node.id, { weight: tight ? TIGHT : 1 });
    }
  }
  layout(graph);
  return new Map(
    nodes.map(({ id }) => {
      const { x, y } = graph.node(id) as Position; // dagre gives the centre
      return [id, { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 }];
    }),
  );
}

function columns(nodes: readonly GraphNode[]): Map<string, Position> {
  const placed = new Map<string, Position>();
  for (const [level, ids] of levels(nodes).entries()) {
    const x = level * (NODE_WIDTH + BETWEEN_LEVELS);
    const top = -(ids.length * (NODE_HEIGHT + BETWEEN_NODES)) / 2;
    for (const [at, id] of ids.entries()) placed.set(id, { x, y: top + at * (NODE_HEIGHT + BETWEEN_NODES) });
  }
  return placed;
}
