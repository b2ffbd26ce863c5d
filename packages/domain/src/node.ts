import * as z from 'zod';
import { agentOutputs, agentTemplates, AgentWork } from './nodes/agent.ts';

/** What a node of each kind does, by its kind. A new kind adds a file in `nodes/` and a member here. */
export const NodeWork = z.discriminatedUnion('kind', [AgentWork]);
export type NodeWork = z.infer<typeof NodeWork>;

interface KindRules<Work extends NodeWork> {
  templates: (work: Work) => Record<string, string>;
  outputs: (work: Work) => readonly string[];
}
const KIND_RULES: { [Kind in NodeWork['kind']]: KindRules<Extract<NodeWork, { kind: Kind }>> } = {
  agent: { templates: agentTemplates, outputs: agentOutputs },
};

/** The texts of a node in which expressions are filled in at dispatch, by their key. */
export const templatesOf = (work: NodeWork): Record<string, string> => KIND_RULES[work.kind].templates(work);
/** The outputs that a node declares. */
export const outputsOf = (work: NodeWork): readonly string[] => KIND_RULES[work.kind].outputs(work);

/** How often a failed task is tried again: `limit` more times, waiting `backoffMs`, then twice that, and so on. */
export const RetryPolicy = z.object({
  limit: z.int().min(0).max(20),
  backoffMs: z.int().min(0).max(3_600_000),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;
