import { checkGraph, type GraphProblem, levels, needsTransitively } from '../graph.ts';
import type { NodeWork } from '../node.ts';
import { DEPTH_MAX, type WorkflowDefinition, type WorkflowNode } from '../workflow.ts';
import type { WorkflowProblem } from './problem.ts';

/** Nodes that can need each other: those of the workflow, or of one body. */
export interface Scope {
  nodes: readonly WorkflowNode[];
  byId: ReadonlyMap<string, WorkflowNode>;
  /** Why the nodes are not a graph that can run. */
  graphProblems: readonly GraphProblem[];
  /** How many nodes have to end before each, one after the other; in that order. Empty when the nodes are not a graph that can run. */
  levels: ReadonlyMap<string, number>;
  /** Whether one node needs the other, directly or through others. */
  needs(node: string, other: string): boolean;
  /** Where the nodes stand in the definition. */
  path: WorkflowProblem['path'];
  /** What their ids start with in messages: `fix-all/`. */
  prefix: string;
  /** What expressions of all of them may speak of: `item`, `index`, `iteration`. */
  names: ReadonlySet<string>;
  around?: { scope: Scope; node: WorkflowNode };
}

/** The names that a node gives to those inside it. */
export function namesInside(work: NodeWork): readonly string[] {
  if (work.kind === 'map') return ['item', 'index'];
  return work.kind === 'loop' ? ['iteration'] : [];
}

/** Every scope of a definition, outer ones first; bodies deeper than is allowed are left out. */
export function scopesOf({ nodes }: Pick<WorkflowDefinition, 'nodes'>): Scope[] {
  const scopes = [scopeOf(nodes)];
  for (const scope of scopes) {
    if (depthOf(scope) >= DEPTH_MAX) continue;
    for (const node of scope.nodes) if (node.body) scopes.push(scopeOf(node.body, { scope, node })); // grows while it is walked
  }
  return scopes;
}

/** How many bodies a scope lies in. */
export const depthOf = ({ around }: Scope): number => (around ? 1 + depthOf(around.scope) : 0);

function scopeOf(nodes: readonly WorkflowNode[], around?: Scope['around']): Scope {
  const byId = new Map<string, WorkflowNode>();
  for (const node of nodes) if (!byId.has(node.id)) byId.set(node.id, node);
  const graphProblems = checkGraph(nodes);
  const ordered = graphProblems.length > 0 ? [] : levels(nodes);
  return {
    nodes,
    byId,
    graphProblems,
    levels: new Map(ordered.flatMap((ids, level) => ids.map((id) => [id, level] as const))),
    needs: needsTransitively(nodes),
    path: around ? [...around.scope.path, around.node.id, 'body'] : ['nodes'],
    prefix: around ? `${around.scope.prefix}${around.node.id}/` : '',
    names: new Set(around ? [...around.scope.names, ...namesInside(around.node.work)] : []),
    ...(around && { around }),
  };
}
