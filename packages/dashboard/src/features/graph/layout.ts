import { levels } from '@fusion-kit/domain/graph';
import { Graph, layout } from '@dagrejs/dagre';

export const NODE_WIDTH = 192;
export const NODE_HEIGHT = 112;
const BETWEEN_LEVELS = 64;
const BETWEEN_NODES = 18;
/** How much harder an edge between neighbouring levels pulls: nodes stand as early as they can start. */
const TIGHT = 4;
/** Above this many nodes dagre would stop the page for too long; plain columns by level take its place. */
export const DAGRE_MAX = 300;

export interface Size {
  width: number;
  height: number;
}
/** `x` and `y` are the upper left corner. */
export interface Box extends Size {
  x: number;
  y: number;
}
/** As large as a card where no size is named. */
export interface GraphNode extends Partial<Size> {
  readonly id: string;
  readonly needs: readonly { readonly id: string }[];
}
export interface Layout extends Size {
  boxes: Map<string, Box>;
}

const sizeOf = ({ width = NODE_WIDTH, height = NODE_HEIGHT }: Partial<Size>): Size => ({ width, height });

/** Where each node stands from 0,0 on, what is needed to the left of what needs it. Unknown needs do not count. Pure. */
export function layoutGraph(nodes: readonly GraphNode[]): Layout {
  const boxes = nodes.length > DAGRE_MAX ? columns(nodes) : layered(nodes);
  const edge = { left: Infinity, top: Infinity, right: 0, bottom: 0 };
  for (const { x, y } of boxes.values()) {
    edge.left = Math.min(edge.left, x);
    edge.top = Math.min(edge.top, y);
  }
  for (const box of boxes.values()) {
    box.x -= edge.left;
    box.y -= edge.top;
    edge.right = Math.max(edge.right, box.x + box.width);
    edge.bottom = Math.max(edge.bottom, box.y + box.height);
  }
  return { boxes, width: edge.right, height: edge.bottom };
}

function layered(nodes: readonly GraphNode[]): Map<string, Box> {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', ranksep: BETWEEN_LEVELS, nodesep: BETWEEN_NODES });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, sizeOf(node));
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
    nodes.map((node) => {
      const { x, y } = graph.node(node.id) as Box; // dagre gives the centre
      const size = sizeOf(node);
      return [node.id, { ...size, x: x - size.width / 2, y: y - size.height / 2 }];
    }),
  );
}

function columns(nodes: readonly GraphNode[]): Map<string, Box> {
  const byId = new Map(nodes.map((node) => [node.id, sizeOf(node)]));
  const placed = new Map<string, Box>();
  let x = 0;
  for (const ids of levels(nodes)) {
    const sizes = ids.map((id) => byId.get(id) ?? sizeOf({}));
    let y = -sizes.reduce((sum, { height }) => sum + height + BETWEEN_NODES, 0) / 2;
    for (const [at, id] of ids.entries()) {
      const size = sizes[at] ?? sizeOf({});
      placed.set(id, { ...size, x, y });
      y += size.height + BETWEEN_NODES;
    }
    x += Math.max(...sizes.map(({ width }) => width)) + BETWEEN_LEVELS;
  }
  return placed;
}
