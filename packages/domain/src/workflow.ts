import * as z from 'zod';
import { AgentSpec, Capability } from './agent.ts';
import { ProjectId, WorkflowId } from './ids.ts';
import { NodeWork, RetryPolicy } from './node.ts';
import { Accept } from './task.ts';
import { BlobRef } from './text.ts';
import { Budget } from './usage.ts';

export const NODES_MAX = 100_000;
export const NodeId = z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, 'a letter, then letters, digits, _ or -');

/** A node as every format gives it: what it does, what it needs, how it is treated. */
export const WorkflowNode = z.object({
  id: NodeId,
  title: z.string().min(1).max(200),
  work: NodeWork,
  needs: z.array(z.object({ id: NodeId, accept: z.array(Accept).min(1) })),
  requires: z.array(Capability).max(20),
  priority: z.int().min(0).max(9),
  retry: RetryPolicy,
  timeoutMs: z.int().positive(),
});
export type WorkflowNode = z.infer<typeof WorkflowNode>;

export const WorkflowInput = z.object({ description: z.string().optional(), default: z.string().optional() });

/** The one form that all formats are read into: a graph, its inputs, its team and the project's own commands. */
export const WorkflowDefinition = z.object({
  name: z.string().min(1).max(200),
  description: z.string().max(2_000).optional(),
  inputs: z.record(z.string(), WorkflowInput),
  team: z.array(AgentSpec).max(200),
  setup: z.array(z.string()),
  check: z.array(z.string()),
  budget: Budget,
  nodes: z.array(WorkflowNode).min(1).max(NODES_MAX),
});
export type WorkflowDefinition = z.infer<typeof WorkflowDefinition>;

/** A saved definition; every save is a new immutable version. `definition` is the latest version's canonical JSON in the blob store. */
export const Workflow = z.object({
  id: WorkflowId,
  projectId: ProjectId,
  name: z.string(),
  state: z.enum(['draft', 'ready', 'archived']),
  version: z.int().positive(),
  nodeCount: z.int().positive(),
  definition: BlobRef,
  versions: z.array(
    z.object({ version: z.int().positive(), definition: BlobRef, author: z.string(), savedAt: z.int() }),
  ),
  createdAt: z.int(),
});
export type Workflow = z.infer<typeof Workflow>;
