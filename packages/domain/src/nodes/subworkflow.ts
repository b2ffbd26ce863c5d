import * as z from 'zod';
import { OutputName, OutputTemplates, Template } from './fields.ts';
import { keyed, type KindRules, NO_PROOF, unkeyed } from './kind.ts';

/**
 * Another workflow of the project as one node, or a body of its own in the same words (then it has no inputs of its own); its ids start with `id/`. Which version is meant is
 * settled when the run starts. Its outputs are those that the workflow declares, or the node's own.
 */
export const SubworkflowWork = z.object({
  kind: z.literal('subworkflow'),
  /** Name of a saved workflow of the same project; absent when the node has a body. */
  workflow: z.string().min(1).max(200).optional(),
  /** The latest when absent. */
  version: z.int().positive().optional(),
  inputs: z.record(OutputName, Template).default({}),
  outputs: OutputTemplates.default({}),
});
export type SubworkflowWork = z.infer<typeof SubworkflowWork>;

export const subworkflowRules: KindRules<SubworkflowWork> = {
  executor: () => 'house',
  templates: ({ inputs }) => keyed('inputs', inputs),
  expressions: () => ({}),
  filled: (work, texts) => ({ ...work, inputs: unkeyed('inputs', work.inputs, texts) }),
  outputs: ({ outputs }) => Object.keys(outputs),
  proof: () => NO_PROOF,
};
