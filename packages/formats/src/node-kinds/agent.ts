import { AgentWork, OutputSchema } from '@fusion-kit/domain/nodes/agent';
import { OutputName } from '@fusion-kit/domain/nodes/fields';
import * as z from 'zod';
import { fileObject, oneOrMany } from '../workflow-yaml/fields.ts';
import { commonKeys, nodeOf, WORK } from './common.ts';

const of = AgentWork.shape;
const wants = of.wants.unwrap().shape;
const MAX_STEPS = of.maxSteps.parse(undefined);

const plainText = z.union([z.null(), z.literal(true)]).transform(() => undefined);
const outputs = z.union([
  of.outputs.unwrap().transform((names) => ({ outputs: names })),
  z.record(OutputName, z.union([plainText, OutputSchema])).transform((schemas) => {
    const kept = Object.entries(schemas).flatMap(([name, schema]) => (schema ? [[name, schema] as const] : []));
    return { outputs: Object.keys(schemas), ...(kept.length > 0 && { outputSchemas: Object.fromEntries(kept) }) };
  }),
]);

/** An agent works on a prompt. It is what a node is when nothing in the file says otherwise. */
export const agentNode = fileObject({
  kind: z.literal('agent').optional().describe('What the node is; told by its keys when absent.'),
  ...commonKeys(WORK),
  prompt: of.prompt.describe('What to do. Expressions in ${{ }} are filled in at the start; $${{ is a plain ${{.'),
  inputs: of.inputs.describe('Named values that the agent is given beside the prompt.'),
  outputs: outputs
    .prefault([])
    .describe(
      'Names of results that later nodes may use, or names with the JSON Schema that each must keep to; true: any text.',
    ),
  verify: oneOrMany(of.verify.unwrap()).prefault([]).describe('Shell commands that must succeed on the result.'),
  expectsChanges: of.expectsChanges.describe('When true, a result without any changed file is a failure.'),
  files: of.files.describe('Paths the task is about; at least one of them must have changed.'),
  writes: of.writes.describe('The only places where files may change.'),
  runtime: wants.runtime.describe('Only an agent of this runtime takes it.'),
  provider: wants.provider.describe('Only an agent of this provider takes it.'),
  model: wants.model.describe('Only an agent with this model takes it.'),
  maxSteps: of.maxSteps.describe('The most model steps that one attempt may take.'),
  maxTokens: of.maxTokens.describe('The most tokens that it may use, all its attempts together.'),
}).transform(
  ({
    prompt,
    inputs,
    outputs: given,
    verify,
    expectsChanges,
    files,
    writes,
    runtime,
    provider,
    model,
    maxSteps,
    maxTokens,
    ...keys
  }) => {
    const wanted = {
      ...(runtime !== undefined && { runtime }),
      ...(provider !== undefined && { provider }),
      ...(model !== undefined && { model }),
    };
    return nodeOf(keys, {
      kind: 'agent',
      prompt,
      ...(inputs && { inputs }),
      ...given,
      verify,
      expectsChanges,
      ...(files && { files }),
      ...(writes && { writes }),
      ...(Object.keys(wanted).length > 0 && { wants: wanted }),
      maxSteps,
      ...(maxTokens !== undefined && { maxTokens }),
    });
  },
);

/** The keys that differ from their defaults. */
export const writeAgent = (work: AgentWork): Record<string, unknown> => ({
  prompt: work.prompt,
  ...(work.inputs && { inputs: work.inputs }),
  ...writeOutputs(work),
  ...(work.verify.length > 0 && { verify: work.verify }),
  ...(work.expectsChanges && { expectsChanges: true }),
  ...(work.files && { files: work.files }),
  ...(work.writes && { writes: work.writes }),
  ...work.wants,
  ...(work.maxSteps !== MAX_STEPS && { maxSteps: work.maxSteps }),
  ...(work.maxTokens !== undefined && { maxTokens: work.maxTokens }),
});

function writeOutputs({ outputs: names, outputSchemas }: AgentWork): Record<string, unknown> {
  if (names.length === 0) return {};
  if (!outputSchemas) return { outputs: names };
  return { outputs: Object.fromEntries(names.map((name) => [name, outputSchemas[name] ?? true])) };
}
