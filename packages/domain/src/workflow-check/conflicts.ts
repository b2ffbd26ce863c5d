import { fixedSegments, pathsOverlap } from '../path-overlap.ts';
import type { Accept } from '../task.ts';
import type { WorkflowNode } from '../workflow.ts';
import { TOLD_MAX } from './problem.ts';
import type { Scope } from './scope.ts';

/** Two nodes that may run at the same time and may write the same files; ids inside bodies with those around them: `fix-all/fix`. */
export interface Conflict {
  nodes: [string, string];
  path: string;
}

/** Pairs that are looked at in all, and of those that begin alike, the nearest in the order of the graph. */
const PAIRS_MAX = 50_000;
const NEAR_MAX = 8;

/** A path that a node says it writes, or is about. */
interface Claim {
  node: WorkflowNode;
  scope: Scope;
  path: string;
  /** Its position among the claims of its branch, which are in the order of the graph. */
  position: number;
}
/** Claims by how their paths begin: only those on one way from the top can mean the same file. */
interface Branch {
  claims: Claim[];
  below: Map<string, Branch>;
}

/**
 * Nodes that are likely to get in each other's way, at most twenty. Nodes that do not say what they write are not looked at, nor are two sides
 * of one decision.
 */
export function conflictsOf(scopes: readonly Scope[]): Conflict[] {
  const top: Branch = { claims: [], below: new Map() };
  const claims = scopes.flatMap(claimsOf).map((claim) => joined(claim, top));
  const decisions = new Map(scopes.map((scope) => [scope, decisionsOf(scope)]));
  const found = new Map<string, Conflict>();
  let pairs = 0;
  for (const { claim, way } of claims) {
    for (const other of rivals(claim, way)) {
      if (++pairs > PAIRS_MAX || found.size === TOLD_MAX) return [...found.values()];
      if (other.node === claim.node || !pathsOverlap(claim.path, other.path)) continue;
      if (!mayRunTogether(claim, other, decisions)) continue;
      const nodes: Conflict['nodes'] = [named(other), named(claim)];
      const path = claim.path === other.path ? claim.path : `${other.path} and ${claim.path}`;
      const key = nodes.toSorted().join(' ');
      if (!found.has(key)) found.set(key, { nodes, path });
    }
  }
  return [...found.values()];
}

const named = ({ scope, node }: Claim): string => scope.prefix + node.id;

function claimsOf(scope: Scope): Omit<Claim, 'position'>[] {
  return [...scope.levels.keys()].flatMap((id) => {
    const node = scope.byId.get(id)!;
    return pathsOf(node).map((path) => ({ node, scope, path }));
  });
}

function pathsOf({ work }: WorkflowNode): readonly string[] {
  if (work.kind === 'agent') return work.writes ?? work.files ?? [];
  return work.kind === 'command' ? (work.writes ?? []) : [];
}

/** Puts a claim into the branch it belongs to; with the branches from the top to there. */
function joined(said: Omit<Claim, 'position'>, top: Branch): { claim: Claim; way: Branch[] } {
  const way = [top];
  let branch = top;
  for (const segment of fixedSegments(said.path)) {
    const next = branch.below.get(segment) ?? { claims: [], below: new Map() };
    branch.below.set(segment, next);
    branch = next;
    way.push(branch);
  }
  const claim = { ...said, position: branch.claims.length };
  branch.claims.push(claim);
  return { claim, way };
}

function* rivals({ position }: Claim, way: readonly Branch[]): Generator<Claim> {
  const own = way.at(-1)!;
  for (const { claims } of way) {
    const end = claims === own.claims ? position : claims.length;
    for (let at = end - 1; at >= Math.max(0, end - NEAR_MAX); at--) yield claims[at]!;
  }
}

/** Neither has to wait for the other, and no decision chooses between them. */
function mayRunTogether(one: Claim, other: Claim, decisions: ReadonlyMap<Scope, Decisions>): boolean {
  const [left, right] = [placesOf(one), placesOf(other)];
  const at = left.findIndex(({ node }, depth) => node !== right[depth]?.node);
  const [mine, theirs] = [left[at], right[at]];
  if (!mine || !theirs) return false;
  const { scope } = mine;
  if (isOrdered(scope, mine.node.id, theirs.node.id)) return false;
  const [here, there] = [decisions.get(scope)?.get(mine.node.id), decisions.get(scope)?.get(theirs.node.id)];
  return ![...(here ?? [])].some(([id, ends]) => there?.has(id) && !there.get(id)!.some((end) => ends.includes(end)));
}

function isOrdered(scope: Scope, one: string, other: string): boolean {
  const [mine, theirs] = [scope.levels.get(one)!, scope.levels.get(other)!];
  if (mine === theirs) return false;
  return mine < theirs ? scope.needs(other, one) : scope.needs(one, other);
}

/** A node and those it is a part of, outermost first. */
function placesOf({ scope, node }: Pick<Claim, 'scope' | 'node'>): { scope: Scope; node: WorkflowNode }[] {
  return [...(scope.around ? placesOf(scope.around) : []), { scope, node }];
}

/** By node: how conditions and approvals before it have to end so that it runs. */
type Decisions = Map<string, ReadonlyMap<string, readonly Accept[]>>;

function decisionsOf(scope: Scope): Decisions {
  const decisions: Decisions = new Map();
  for (const id of scope.levels.keys()) {
    const own = new Map<string, readonly Accept[]>();
    for (const { id: need, accept } of scope.byId.get(id)!.needs) {
      // what ran only after a decision tells how it went
      if (accept.length === 1 && accept[0] === 'completed')
        for (const [by, ends] of decisions.get(need) ?? []) own.set(by, ends);
      const kind = scope.byId.get(need)?.work.kind;
      if (kind === 'condition' || kind === 'approval') own.set(need, accept);
    }
    if (own.size > 0) decisions.set(id, own);
  }
  return decisions;
}
