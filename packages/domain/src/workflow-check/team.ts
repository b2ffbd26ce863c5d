import { type AgentSpec, SHELL_RUNTIME } from '../agent.ts';
import { executorOf } from '../node.ts';
import type { WorkflowDefinition, WorkflowNode } from '../workflow.ts';
import { type WorkflowProblem, TOLD_MAX } from './problem.ts';
import type { Scope } from './scope.ts';

export function teamProblems({ team }: WorkflowDefinition): WorkflowProblem[] {
  const seen = new Set<string>();
  const problems: WorkflowProblem[] = [];
  for (const [position, { name }] of team.entries()) {
    const message = `two agents of the team are called ${name}`;
    if (seen.has(name)) problems.push({ code: 'workflow_invalid', message, path: ['team', position, 'name'] });
    seen.add(name);
  }
  return problems;
}

/** Nodes that nobody of the team could take, once for each set of wishes. Agents outside the team may still do them, hence only warnings. */
export function teamWarnings({ team }: WorkflowDefinition, scopes: readonly Scope[]): string[] {
  const asked = new Set<string>();
  const warnings: string[] = [];
  for (const { nodes, prefix } of scopes) {
    for (const node of nodes) {
      const wishes = wishesOf(node);
      const key = JSON.stringify(wishes);
      if (asked.has(key) || warnings.length === TOLD_MAX) continue;
      asked.add(key);
      const missing = missingFor(wishes, team);
      if (missing !== undefined) warnings.push(`node ${prefix}${node.id} ${missing}`);
    }
  }
  return warnings;
}

interface Wishes {
  executor: string;
  requires: string[];
  wants: { runtime?: string | undefined; provider?: string | undefined; model?: string | undefined };
}
const wishesOf = ({ work, requires }: WorkflowNode): Wishes => ({
  executor: executorOf(work),
  requires: requires.toSorted(),
  wants: (work.kind === 'agent' && work.wants) || {},
});

function missingFor({ executor, requires, wants }: Wishes, team: readonly AgentSpec[]): string | undefined {
  if (executor === 'house') return undefined;
  const fitting = team.filter(({ runtime }) => (runtime === SHELL_RUNTIME) === (executor === 'shell'));
  const isAble = (agent: AgentSpec) => requires.every((one) => agent.capabilities.includes(one));
  // an agent that names no provider or model gets one when the run starts
  const isLike = (agent: AgentSpec) =>
    (wants.runtime ?? agent.runtime) === agent.runtime &&
    (wants.provider ?? agent.provider ?? '') === (agent.provider ?? wants.provider ?? '') &&
    (wants.model ?? agent.model ?? '') === (agent.model ?? wants.model ?? '');
  const wanted = Object.entries(wants).map(([key, value]) => `${key} ${value}`);
  if (requires.length > 0 && !fitting.some(isAble))
    return `requires ${requires.join(', ')}, which no agent of the team can do`;
  if (wanted.length > 0 && !fitting.some(isLike))
    return `wants ${wanted.join(', ')}, and no agent of the team is like that`;
  if (requires.length === 0 || wanted.length === 0 || fitting.some((agent) => isAble(agent) && isLike(agent)))
    return undefined;
  return `requires ${requires.join(', ')} and wants ${wanted.join(', ')}, and no agent of the team has all of that`;
}
