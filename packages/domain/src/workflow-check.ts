import { NODES_MAX, type WorkflowDefinition } from './workflow.ts';
import { type Conflict, conflictsOf } from './workflow-check/conflicts.ts';
import { expressionProblems } from './workflow-check/expressions.ts';
import { TOLD_MAX, type WorkflowProblem } from './workflow-check/problem.ts';
import { startsOf } from './workflow-check/reachable.ts';
import { type Scope, scopesOf } from './workflow-check/scope.ts';
import { shapeProblems } from './workflow-check/shape.ts';
import { teamProblems, teamWarnings } from './workflow-check/team.ts';

/** What one event of the log has room for beside ids and needs, in characters of JSON: a node or an agent, and the commands of a run. */
const PART_MAX = 12_000;
const COMMANDS_MAX = 6_000;

/** What is to be said of a definition before it runs. */
export interface WorkflowFindings {
  problems: WorkflowProblem[];
  /** What does not hinder a run. */
  warnings: string[];
  /** Nodes that may run at the same time and may write the same files; each is a warning too. */
  conflicts: Conflict[];
}

/**
 * What the schema of a definition cannot say, of the nodes inside others too: the graphs can run and every node in them can start, every
 * expression speaks of what there is where it stands, nodes are put together as their kinds ask for, agent names are unique, every part fits an
 * event. Each list is cut at 20. Linear in nodes and needs.
 */
export function checkWorkflow(definition: WorkflowDefinition): WorkflowFindings {
  const scopes = scopesOf(definition);
  const starts = scopes.map(startsOf);
  const problems = first([
    () => scopes.flatMap(graphProblems),
    () => scopes.flatMap((scope) => [...shapeProblems(scope)]),
    () => starts.flatMap((found) => found.problems),
    () => teamProblems(definition),
    () => expressionProblems(definition, scopes),
    () => sizeProblems(definition, scopes),
  ]);
  const conflicts = scopes.some(({ graphProblems: found }) => found.length > 0) ? [] : conflictsOf(scopes);
  const warnings = [
    ...starts.flatMap((found) => found.warnings),
    ...teamWarnings(definition, scopes),
    ...conflicts.map(
      ({ nodes: [one, other], path }) =>
        `nodes ${one} and ${other} may run at the same time and both may write ${path}: let one need the other, or narrow what they write`,
    ),
  ];
  return { problems, warnings: warnings.slice(0, TOLD_MAX), conflicts };
}

/** The first twenty of what is found; what comes after them is not looked for. */
function first(checks: readonly (() => Iterable<WorkflowProblem>)[]): WorkflowProblem[] {
  const found: WorkflowProblem[] = [];
  for (const check of checks) {
    for (const problem of check()) {
      if (found.push(problem) === TOLD_MAX) return found;
    }
  }
  return found;
}

const graphProblems = ({ graphProblems: found, byId, path: at }: Scope): WorkflowProblem[] =>
  found.map(({ code, message, node, path }) => {
    const other = code === 'workflow_cycle' ? path[1] : path[0];
    const position = byId.get(node)!.needs.findIndex((need) => need.id === other);
    return { code, message, path: [...at, node, ...(position === -1 ? [] : ['needs', position])] };
  });

function* sizeProblems(
  { team, setup, check }: WorkflowDefinition,
  scopes: readonly Scope[],
): Generator<WorkflowProblem> {
  const within = (max: number, what: string, part: unknown, path: WorkflowProblem['path']): WorkflowProblem[] => {
    const size = JSON.stringify(part).length;
    const message = `${what}: ${size} characters, more than the ${max} there is room for`;
    return size <= max ? [] : [{ code: 'workflow_too_large', message, path }];
  };
  const total = scopes.reduce((sum, { nodes }) => sum + nodes.length, 0);
  if (total > NODES_MAX)
    yield { code: 'workflow_too_large', message: `${total} nodes; the limit is ${NODES_MAX}`, path: ['nodes'] };
  yield* within(COMMANDS_MAX, 'the setup and check commands', [setup, check], [setup.length > 0 ? 'setup' : 'check']);
  for (const [at, agent] of team.entries()) yield* within(PART_MAX, `agent ${agent.name}`, agent, ['team', at]);
  for (const { nodes, path, prefix } of scopes) {
    for (const { needs: _needs, body: _body, ...node } of nodes)
      yield* within(PART_MAX, `node ${prefix}${node.id}`, node, [...path, node.id]);
  }
}
