import * as z from 'zod';
import { AgentSpec, Capability } from './agent.ts';
import { ProjectId, WorkflowId } from './ids.ts';
import { AllowedHost, SecretName } from './leash.ts';
import { NodeWork, RetryPolicy } from './node.ts';
import { Expression, OutputTemplates } from './nodes/fields.ts';
import { ProposalPolicy } from './proposal.ts';
import { StallPolicy } from './run.ts';
import { Accept } from './task.ts';
import { BlobRef } from './text.ts';
import { Budget } from './usage.ts';

export const NODES_MAX = 100_000;
/** How deep bodies may lie in one another, sub-workflows counted in. */
export const DEPTH_MAX = 8;
export const NodeId = z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, 'a letter, then letters, digits, _ or -');

/** A node as every format gives it: what it does, what it needs, how it is treated. */
export const WorkflowNode = z
  .object({
    id: NodeId,
    title: z.string().min(1).max(200),
    work: NodeWork,
    needs: z.array(z.object({ id: NodeId, accept: z.array(Accept).min(1) })),
    requires: z.array(Capability).max(20),
    priority: z.int().min(0).max(9),
    retry: RetryPolicy,
    timeoutMs: z.int().positive(),
    /** Asked when everything it needs has ended; when it is false the node is skipped. */
    when: Expression.optional(),
    /** What belongs together, e.g. a story: an agent that has worked on it goes on with it when it can. */
    affinity: z.string().min(1).max(100).optional(),
    /** The nodes inside a map, a loop or a sub-workflow of its own: a graph for itself, whose ids are its own. */
    // the type is said because the compiler does not find it through `meta`
    get body(): z.ZodOptional<z.ZodArray<typeof WorkflowNode>> {
      return z.array(WorkflowNode).min(1).optional();
    },
  })
  .meta({ id: 'WorkflowNode' });
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
  /** What its own commands (setup, check, verify, command nodes) may reach over the network. Absent: setup the public package registries, the others nothing. */
  hosts: z.array(AllowedHost).max(50).optional(),
  /** Secrets that its own commands are given. */
  secrets: z.array(SecretName).max(20).optional(),
  budget: Budget,
  /** What the workflow gives when it runs inside another, by name. */
  outputs: OutputTemplates.optional(),
  /** The most tasks of a run that agents work on at once. */
  concurrency: z.int().min(1).max(10_000).optional(),
  /** The longest that a run may take. */
  timeoutMs: z.int().positive().optional(),
  /** What is done about an agent that makes no progress. */
  stall: StallPolicy.optional(),
  /** What becomes of tasks that agents propose; a person is asked when absent. */
  proposals: ProposalPolicy.optional(),
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
