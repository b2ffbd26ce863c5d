import { FusionError } from './errors.ts';
import { type GraphNode, type Indexed, indexed } from './graph-index.ts';
import { type Labels, labelled } from './graph-labels.ts';
import { didYouMean } from './nearest.ts';

/** Why nodes are not a graph that can run. `path` names the other side: the unknown id, or the cycle with its first node again at the end. */
export interface GraphProblem {
  code: 'workflow_invalid' | 'workflow_needs_unknown' | 'workflow_cycle';
  message: string;
  node: string;
  path: string[];
}

/** Problems beyond this many are not looked for: each may hold a path through the whole graph. */
const GRAPH_PROBLEMS_MAX = 20;
const NAMED_IN_CYCLE_MAX = 12;
/** Steps that all answers of one question together may walk; no graph that people draw comes near. */
const STEPS_MAX = 5_000_000;

/**
 * Every reason why `nodes` cannot run, at most `GRAPH_PROBLEMS_MAX`: ids given twice, needs that no node satisfies, cycles. Empty when they
 * can. Linear in nodes and needs, and safe for chains of any depth.
 */
export function checkGraph(nodes: readonly GraphNode[]): GraphProblem[] {
  const found = [...duplicates(nodes), ...unknownNeeds(nodes)].slice(0, GRAPH_PROBLEMS_MAX);
  return [...found, ...cycles(nodes, GRAPH_PROBLEMS_MAX - found.length)];
}

/**
 * The ids by level: level 0 needs nothing, every other node stands one level above the highest node it needs. Unknown needs do not count.
 *
 * @throws {FusionError} `workflow_cycle`
 */
export function levels(nodes: readonly GraphNode[]): string[][] {
  const graph = indexed(nodes);
  const result: string[][] = [];
  const levelOf = new Uint32Array(nodes.length);
  for (const at of topological(nodes, graph)) {
    const level = levelOf[at]!;
    (result[level] ??= []).push(nodes[at]!.id);
    for (const next of graph.dependents[at]!) levelOf[next] = Math.max(levelOf[next]!, level + 1);
  }
  return result;
}

/** The most nodes of one level: how many could work at once. */
export const widestLevel = (nodes: readonly GraphNode[]): number =>
  levels(nodes).reduce((widest, level) => Math.max(widest, level.length), 0);

/**
 * The chain of needs with the greatest total weight, first node first: no number of workers is faster than this.
 *
 * @param weight of one node, at least 0; each counts 1 when absent
 * @throws {FusionError} `workflow_cycle`
 */
export function criticalPath<Node extends GraphNode>(
  nodes: readonly Node[],
  weight: (node: Node) => number = () => 1,
): { ids: string[]; weight: number } {
  const graph = indexed(nodes);
  const total = new Float64Array(nodes.length);
  const before = new Int32Array(nodes.length).fill(-1);
  let last = -1;
  for (const at of topological(nodes, graph)) {
    for (const need of graph.needs[at]!) {
      if (before[at] === -1 || total[need]! > total[before[at]!]!) before[at] = need;
    }
    total[at] = weight(nodes[at]!) + (before[at] === -1 ? 0 : total[before[at]!]!);
    if (last === -1 || total[at] > total[last]!) last = at;
  }
  const ids: string[] = [];
  for (let at = last; at !== -1; at = before[at]!) ids.push(nodes[at]!.id);
  return { ids: ids.toReversed(), weight: last === -1 ? 0 : total[last]! };
}

/** For every id, the ids that need it directly, in file order. */
export function dependents(nodes: readonly GraphNode[]): Map<string, string[]> {
  const graph = indexed(nodes);
  return new Map(nodes.map((node, at) => [node.id, graph.dependents[at]!.map((next) => nodes[next]!.id)]));
}

/**
 * A question that can be asked many times: does `node` need `other`, directly or through others? A node does not need itself unless it is in
 * a cycle. Nearly every answer follows from two numbers of each node; the rest walk over what lies between them. When all walks together took
 * longer than any sensible graph makes them, the answer is yes.
 */
export function needsTransitively(nodes: readonly GraphNode[]): (node: string, other: string) => boolean {
  const graph = indexed(nodes);
  const seenInWalk = new Uint32Array(nodes.length);
  let walk = 0;
  let steps = 0;
  let labels: Labels | undefined;
  return (node, other) => {
    const from = graph.at.get(node);
    const target = graph.at.get(other);
    if (from === undefined || target === undefined) return false;
    if (graph.needs[from]!.includes(target)) return true;
    labels ??= labelled(graph);
    const known = labels.isAbove(from, target);
    if (known !== undefined) return known;
    walk++;
    const reached = [from]; // the list grows while it is walked
    for (const at of reached) {
      for (const need of graph.needs[at]!) {
        if (need === target) return true;
        if (seenInWalk[need] === walk) continue;
        if (++steps > STEPS_MAX) return true;
        seenInWalk[need] = walk;
        const above = labels.isAbove(need, target);
        if (above === true) return true;
        if (above === undefined) reached.push(need);
      }
    }
    return false;
  };
}

/** Positions with every need before the node that needs it. */
function topological(nodes: readonly GraphNode[], graph: Indexed): number[] {
  const waitsFor = graph.needs.map((needs) => needs.length);
  const order = [...nodes.keys()].filter((at) => waitsFor[at] === 0);
  // The list grows while it is walked: a node joins when the last of its needs has been passed.
  for (const at of order) for (const next of graph.dependents[at]!) if (--waitsFor[next]! === 0) order.push(next);
  if (order.length < nodes.length) {
    const [cycle] = cycles(nodes, 1);
    throw new FusionError('workflow_cycle', cycle!.message, { details: { path: cycle!.path } });
  }
  return order;
}

function duplicates(nodes: readonly GraphNode[]): GraphProblem[] {
  const seen = new Set<string>();
  const problems: GraphProblem[] = [];
  for (const { id } of nodes) {
    if (seen.has(id))
      problems.push({ code: 'workflow_invalid', message: `two nodes are called ${id}`, node: id, path: [] });
    seen.add(id);
    if (problems.length === GRAPH_PROBLEMS_MAX) break;
  }
  return problems;
}

function unknownNeeds(nodes: readonly GraphNode[]): GraphProblem[] {
  const known = new Set(nodes.map((node) => node.id));
  const problems: GraphProblem[] = [];
  for (const node of nodes) {
    for (const need of node.needs) {
      if (known.has(need.id)) continue;
      const message = `node ${node.id} needs ${need.id}, which does not exist${didYouMean(need.id, known)}`;
      problems.push({ code: 'workflow_needs_unknown', message, node: node.id, path: [need.id] });
      if (problems.length === GRAPH_PROBLEMS_MAX) return problems;
    }
  }
  return problems;
}

/** One cycle for every need that leads back into the path walked so far. The walk keeps its own stack: chains may be 100,000 deep. */
function cycles(nodes: readonly GraphNode[], limit: number): GraphProblem[] {
  const graph = indexed(nodes);
  const state = new Uint8Array(nodes.length); // 0 not seen, 1 on the path, 2 done
  const nextNeed = new Uint32Array(nodes.length);
  const problems: GraphProblem[] = [];
  for (const start of nodes.keys()) {
    const path = state[start] === 0 ? [start] : [];
    while (path.length > 0) {
      if (problems.length >= limit) return problems;
      const at = path.at(-1)!;
      state[at] = 1;
      const need = graph.needs[at]![nextNeed[at]!++];
      if (need === undefined) {
        state[at] = 2;
        path.pop();
      } else if (state[need] === 0) {
        path.push(need);
      } else if (state[need] === 1) {
        problems.push(cycleProblem([...path.slice(path.indexOf(need)), need].map((on) => nodes[on]!.id)));
      }
    }
  }
  return problems;
}

function cycleProblem(path: string[]): GraphProblem {
  const named =
    path.length <= NAMED_IN_CYCLE_MAX
      ? path
      : [...path.slice(0, NAMED_IN_CYCLE_MAX - 2), `… ${path.length - NAMED_IN_CYCLE_MAX + 1} more …`, path.at(-1)!];
  const message = `the nodes need each other in a circle: ${named.join(' → ')}`;
  return { code: 'workflow_cycle', message, node: path[0]!, path };
}
