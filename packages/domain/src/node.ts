import * as z from 'zod';
import { AgentWork } from './nodes/agent.ts';

/** What a node of each kind does, by its kind. A new kind adds a file in `nodes/` and a member here. */
export const NodeWork = z.discriminatedUnion('kind', [AgentWork]);
export type NodeWork = z.infer<typeof NodeWork>;

/** How often a failed task is tried again: `limit` more times, waiting `backoffMs`, then twice that, and so on. */
export const RetryPolicy = z.object({
  limit: z.int().min(0).max(20),
  backoffMs: z.int().min(0).max(3_600_000),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;
