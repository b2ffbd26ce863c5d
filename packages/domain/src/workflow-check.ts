import { FusionError } from './errors.ts';
import type { Reference } from './expression/references.ts';
import { references } from './expression/template.ts';
import { checkGraph, GRAPH_PROBLEMS_MAX, type GraphProblem, needsTransitively } from './graph.ts';
import { didYouMean } from './nearest.ts';
import { outputsOf, templatesOf } from './node.ts';
import type { WorkflowDefinition, WorkflowNode } from './workflow.ts';

/**
 * Where in a definition: `nodes`, the id, `body`, the id of a node inside and so on, then keys and list positions. `offset` points into `text`, which stands
 * there, in characters; `isExpression` when that is an expression without its `${{ }}`, else it is a text with expressions in it.
 */
export interface WorkflowProblem {
  code: GraphProblem['code'] | 'expression_invalid' | 'workflow_too_large';
  message: string;
  path: (string | number)[];
  offset?: number;
  text?: string;
  isExpression?: boolean;
}

const WARNINGS_MAX = 20;
/** What one event of the log has room for beside ids and needs, in characters of JSON: a node or an agent, and the commands of a run. */
const PART_MAX = 12_000;
const COMMANDS_MAX = 6_000;

/**
 * What the schema of a definition cannot say: the graph can run, every expression refers to a known input or to an output that a needed node
 * declares, agent names are unique, every part fits an event. Warnings do not hinder a run. Both lists are cut at 20.
 */
export function checkWorkflow(definition: WorkflowDefinition): { problems: WorkflowProblem[]; warnings: string[] } {
  const problems = [
    ...graphProblems(definition),
    ...teamProblems(definition),
    ...expressionProblems(definition),
    ...sizeProblems(definition),
  ];
  return { problems: problems.slice(0, GRAPH_PROBLEMS_MAX), warnings: capabilityWarnings(definition) };
}

function graphProblems({ nodes }: WorkflowDefinition): WorkflowProblem[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return checkGraph(nodes).map(({ code, message, node, path }) => {
    const other = code === 'workflow_cycle' ? path[1] : path[0];
    const position = byId.get(node)!.needs.findIndex((need) => need.id === other);
    return { code, message, path: ['nodes', node, ...(position === -1 ? [] : ['needs', position])] };
  });
}

function teamProblems({ team }: WorkflowDefinition): WorkflowProblem[] {
  const seen = new Set<string>();
  const problems: WorkflowProblem[] = [];
  for (const [position, { name }] of team.entries()) {
    const message = `two agents of the team are called ${name}`;
    if (seen.has(name)) problems.push({ code: 'workflow_invalid', message, path: ['team', position, 'name'] });
    seen.add(name);
  }
  return problems;
}

function expressionProblems(definition: WorkflowDefinition): WorkflowProblem[] {
  const refusal = referenceCheck(definition);
  const problems: WorkflowProblem[] = [];
  for (const node of definition.nodes) {
    for (const [key, text] of Object.entries(templatesOf(node.work))) {
      if (problems.length >= GRAPH_PROBLEMS_MAX) return problems;
      const problem = (message: string, offset: number) =>
        problems.push({ code: 'expression_invalid', message, path: ['nodes', node.id, key], offset, text });
      try {
        for (const reference of references(text)) {
          const message = refusal(node, reference);
          if (message !== undefined) problem(message, reference.offset);
        }
      } catch (error) {
        if (!(error instanceof FusionError) || error.code !== 'expression_invalid') throw error;
        problem(`in ${key} of node ${node.id}: ${error.message}`, Number(error.details?.['offset'] ?? 0));
      }
    }
  }
  return problems;
}

function sizeProblems({ nodes, team, setup, check }: WorkflowDefinition): WorkflowProblem[] {
  const within = (max: number, what: string, part: unknown, path: WorkflowProblem['path']): WorkflowProblem[] => {
    const size = JSON.stringify(part).length;
    const message = `${what}: ${size} characters, more than the ${max} there is room for`;
    return size <= max ? [] : [{ code: 'workflow_too_large', message, path }];
  };
  return [
    ...within(COMMANDS_MAX, 'the setup and check commands', [setup, check], [setup.length > 0 ? 'setup' : 'check']),
    ...team.flatMap((agent, at) => within(PART_MAX, `agent ${agent.name}`, agent, ['team', at])),
    ...nodes.flatMap(({ needs: _needs, body: _body, ...node }) => within(PART_MAX, `node ${node.id}`, node, ['nodes', node.id])),
  ];
}

/** Why a node may not refer to that, or undefined when it may. */
function referenceCheck({ inputs, nodes }: WorkflowDefinition) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const needs = needsTransitively(nodes);
  return (node: WorkflowNode, reference: Reference): string | undefined => {
    if (reference.kind === 'input') {
      if (Object.hasOwn(inputs, reference.name)) return undefined;
      return `node ${node.id} uses input ${reference.name}, which is not declared${didYouMean(reference.name, Object.keys(inputs))}`;
    }
    if (reference.kind !== 'output') return undefined;
    const giver = byId.get(reference.node);
    if (!giver) {
      return `node ${node.id} uses an output of ${reference.node}, which does not exist${didYouMean(reference.node, byId.keys())}`;
    }
    if (!needs(node.id, giver.id)) return `node ${node.id} uses an output of ${giver.id} but does not need it`;
    const declared = outputsOf(giver.work);
    if (declared.includes(reference.name)) return undefined;
    return `node ${node.id} uses output ${reference.name} of ${giver.id}, which does not declare it${didYouMean(reference.name, declared)}`;
  };
}

/** Nodes that nobody of the team could do. Agents outside the team may still do them, hence only warnings. */
function capabilityWarnings({ team, nodes }: WorkflowDefinition): string[] {
  const asked = new Set<string>();
  const warnings: string[] = [];
  for (const { id, requires } of nodes) {
    const key = requires.toSorted().join(' ');
    if (asked.has(key) || warnings.length === WARNINGS_MAX) continue;
    asked.add(key);
    if (requires.length === 0 || team.some((agent) => requires.every((one) => agent.capabilities.includes(one))))
      continue;
    warnings.push(`node ${id} requires ${requires.join(', ')}, which no agent of the team can do`);
  }
  return warnings;
}
