import * as z from 'zod';
import { FailureKind } from './failure-kind.ts';
import { agentRules, AgentWork } from './nodes/agent.ts';
import { approvalRules, ApprovalWork } from './nodes/approval.ts';
import { commandRules, CommandWork } from './nodes/command.ts';
import { conditionRules, ConditionWork } from './nodes/condition.ts';
import { joinRules, JoinWork } from './nodes/join.ts';
import type { Executor, KindRules, Proof } from './nodes/kind.ts';
import { innerExpressions, loopRules, LoopWork } from './nodes/loop.ts';
import { innerTemplates, mapRules, MapWork } from './nodes/map.ts';
import { subworkflowRules, SubworkflowWork } from './nodes/subworkflow.ts';

/** What a node of each kind does, by its kind. A new kind adds a file in `nodes/`, a member here and a line below. */
export const NodeWork = z.discriminatedUnion('kind', [
  AgentWork,
  CommandWork,
  ApprovalWork,
  ConditionWork,
  JoinWork,
  MapWork,
  LoopWork,
  SubworkflowWork,
]);
export type NodeWork = z.infer<typeof NodeWork>;
export type NodeKind = NodeWork['kind'];

/** By kind; each is only ever given work of its own kind. */
const KINDS: { [Kind in NodeKind]: KindRules<Extract<NodeWork, { kind: Kind }>> } = {
  agent: agentRules,
  command: commandRules,
  approval: approvalRules,
  condition: conditionRules,
  join: joinRules,
  map: mapRules,
  loop: loopRules,
  subworkflow: subworkflowRules,
};
const rulesOf = (work: NodeWork): KindRules<NodeWork> => KINDS[work.kind];

/** Who carries a node out. */
export const executorOf = (work: NodeWork): Executor => rulesOf(work).executor(work);
/** The texts of a node in which expressions are filled in when it is carried out, by their key. */
export const templatesOf = (work: NodeWork): Record<string, string> => rulesOf(work).templates(work);
/** The texts of a node that are expressions themselves, asked when it is carried out, by their key. */
export const expressionsOf = (work: NodeWork): Record<string, string> => rulesOf(work).expressions(work);
/** A node's work with its templates filled in, by the keys of `templatesOf`. */
export const filledWork = (work: NodeWork, texts: Readonly<Record<string, string>>): NodeWork =>
  rulesOf(work).filled(work, texts);
/** The outputs that a node gives. */
export const outputsOf = (work: NodeWork): readonly string[] => rulesOf(work).outputs(work);
/** What speaks for a node's result. */
export const proofOf = (work: NodeWork): Proof => rulesOf(work).proof(work);

/** Whether nodes run inside this one. */
export const hasBody = (work: NodeWork): work is MapWork | LoopWork | SubworkflowWork =>
  work.kind === 'map' || work.kind === 'loop' || work.kind === 'subworkflow';
/** Templates and expressions of a node that may speak of the nodes inside it, by their key. */
export const innerOf = (work: NodeWork): { templates: Record<string, string>; expressions: Record<string, string> } =>
  hasBody(work)
    ? { templates: innerTemplates(work), expressions: work.kind === 'loop' ? innerExpressions(work) : {} }
    : { templates: {}, expressions: {} };

/**
 * How often a failed task is tried again: `limit` more times, waiting `backoffMs`, then twice that, and so on, each wait spread by chance over its upper half.
 * `on` names the kinds of failure that are tried again; absent: all that another attempt can mend.
 */
export const RetryPolicy = z.object({
  limit: z.int().min(0).max(20),
  backoffMs: z.int().min(0).max(3_600_000),
  on: z.array(FailureKind).max(20).optional(),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;
