import { AgentWork } from '@fusion-kit/domain/nodes/agent';
import * as z from 'zod';
import { fileObject, oneOrMany } from '../workflow-yaml/fields.ts';
import { COMMON_KEYS, type FileNode, readCommon } from './common.ts';

const of = AgentWork.shape;
const MAX_STEPS = of.maxSteps.parse(undefined);

/** An agent works on a prompt. It is what a node is when the file names no kind. */
export const agentNode = fileObject({
  kind: z.literal('agent').optional().describe('What the node is; `agent` when absent.'),
  ...COMMON_KEYS,
  prompt: of.prompt.describe(
    'What to do. ${{ inputs.NAME }} and ${{ nodes.ID.outputs.NAME }} are filled in at the start; $${{ is a plain ${{.',
  ),
  outputs: of.outputs.describe('Names of results that later nodes may use.'),
  verify: oneOrMany(of.verify.unwrap()).prefault([]).describe('Shell commands that must succeed on the result.'),
  expectsChanges: of.expectsChanges.describe('When true, a result without any changed file is a failure.'),
  maxSteps: of.maxSteps.describe('The most model steps that one attempt may take.'),
}).transform(({ prompt, outputs, verify, expectsChanges, maxSteps, ...keys }): FileNode => ({
  ...readCommon(keys),
  work: { kind: 'agent', prompt, outputs, verify, expectsChanges, maxSteps },
}));

/** The keys that differ from their defaults. */
export const writeAgent = (work: AgentWork): Record<string, unknown> => ({
  prompt: work.prompt,
  ...(work.outputs.length > 0 && { outputs: work.outputs }),
  ...(work.verify.length > 0 && { verify: work.verify }),
  ...(work.expectsChanges && { expectsChanges: true }),
  ...(work.maxSteps !== MAX_STEPS && { maxSteps: work.maxSteps }),
});
