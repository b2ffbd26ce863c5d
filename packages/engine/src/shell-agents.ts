import { type AgentSpec, SHELL_RUNTIME } from '@fusion-kit/domain/agent';
import { levels } from '@fusion-kit/domain/graph';
import { executorOf } from '@fusion-kit/domain/node';
import type { WorkflowDefinition, WorkflowNode } from '@fusion-kit/domain/workflow';

const SHELLS_MAX = 4;

/** Agents for the commands of a workflow whose team has none: as many as may be of use at once, and no more than four. Pure. */
export function shellAgents({ nodes, team, concurrency = SHELLS_MAX }: WorkflowDefinition): AgentSpec[] {
  if (team.some(({ runtime }) => runtime === SHELL_RUNTIME)) return [];
  const count = Math.min(SHELLS_MAX, concurrency, atOnce(nodes));
  const capabilities = [...new Set(shellNodes(nodes).flatMap(({ requires }) => requires))];
  return Array.from({ length: count }, (_, at) => ({
    name: `shell-${at + 1}`,
    runtime: SHELL_RUNTIME,
    capabilities,
    subscriptions: [],
    budget: {},
  }));
}

const isShell = ({ work }: WorkflowNode): boolean => executorOf(work) === 'shell';

const shellNodes = (nodes: readonly WorkflowNode[]): WorkflowNode[] => [
  ...nodes.filter(isShell),
  ...nodes.flatMap(({ body }) => shellNodes(body ?? [])),
];

/** How many commands may run at once, as far as the levels of the graph tell. */
function atOnce(nodes: readonly WorkflowNode[]): number {
  const widths = new Map(nodes.map((node) => [node.id, widthOf(node)]));
  const busiest = levels(nodes).map((ids) => ids.reduce((sum, id) => sum + (widths.get(id) ?? 0), 0));
  return busiest.reduce((most, width) => Math.max(most, width), 0);
}

function widthOf(node: WorkflowNode): number {
  const inside = node.body ? atOnce(node.body) * (node.work.kind === 'map' ? node.work.width : 1) : 0;
  return isShell(node) ? 1 : inside;
}
