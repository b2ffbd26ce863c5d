import type { AgentSpec } from '@fusion-kit/domain/agent';
import type { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { stringify } from 'yaml';
import { writeNodes } from '../node-kinds/kinds.ts';
import { writeDuration } from './fields.ts';

/** A definition as a workflow file, without what is default. `readWorkflow` gives the same definition again. */
export function writeWorkflow(definition: WorkflowDefinition): string {
  const {
    name,
    description,
    inputs,
    team,
    setup,
    check,
    hosts,
    secrets,
    budget,
    outputs,
    concurrency,
    timeoutMs,
    stall,
    proposals,
    nodes,
  } = definition;
  const file = {
    name,
    ...(description !== undefined && { description }),
    ...(Object.keys(inputs).length > 0 && { inputs }),
    ...(team.length > 0 && { team: team.map(writeMember) }),
    ...(setup.length > 0 && { setup }),
    ...(check.length > 0 && { check }),
    ...(hosts && { hosts }),
    ...(secrets && { secrets }),
    ...(Object.keys(budget).length > 0 && { budget }),
    ...(outputs && { outputs }),
    ...(concurrency !== undefined && { concurrency }),
    ...(timeoutMs !== undefined && { timeout: writeDuration(timeoutMs) }),
    ...(stall && { stall }),
    ...(proposals && { proposals }),
    nodes: writeNodes(nodes),
  };
  // Aliases would be made for equal objects, folded lines would change long commands in diffs.
  return stringify(file, { aliasDuplicateObjects: false, lineWidth: 0 });
}

function writeMember({ capabilities, subscriptions, budget, ...spec }: AgentSpec): Record<string, unknown> {
  return {
    ...spec,
    ...(capabilities.length > 0 && { capabilities }),
    ...(subscriptions.length > 0 && { subscriptions }),
    ...(Object.keys(budget).length > 0 && { budget }),
  };
}
