import * as z from 'zod';
import { agentRules, AgentWork } from './nodes/agent.ts';
import type { KindRules, Proof } from './nodes/kind.ts';

/** What a node of each kind does, by its kind. A new kind adds a file in `nodes/`, a member here and a line below. */
export const NodeWork = z.discriminatedUnion('kind', [AgentWork]);
export type NodeWork = z.infer<typeof NodeWork>;

/** By kind; each is only ever given work of its own kind. */
const KINDS: Record<NodeWork['kind'], KindRules<NodeWork>> = { agent: agentRules };

/** The texts of a node in which expressions are filled in at dispatch, by their key. */
export const templatesOf = (work: NodeWork): Record<string, string> => KINDS[work.kind].templates(work);
/** The outputs that a node declares. */
export const outputsOf = (work: NodeWork): readonly string[] => KINDS[work.kind].outputs(work);
/** What speaks for a node's result. */
export const proofOf = (work: NodeWork): Proof => KINDS[work.kind].proof(work);

/** How often a failed task is tried again: `limit` more times, waiting `backoffMs`, then twice that, and so on. */
export const RetryPolicy = z.object({
  limit: z.int().min(0).max(20),
  backoffMs: z.int().min(0).max(3_600_000),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;
