import { AgentSpec } from '@fusion-kit/domain/agent';
import { Budget } from '@fusion-kit/domain/usage';
import { NodeId, WorkflowDefinition, WorkflowInput } from '@fusion-kit/domain/workflow';
import * as z from 'zod';
import { fileNode } from '../node-kinds/kinds.ts';
import { fileObject, oneOrMany } from './fields.ts';

const RUNTIME = 'model-loop';

const budget = fileObject({
  tokens: Budget.shape.tokens.describe('The most input and output tokens together.'),
  costUsd: Budget.shape.costUsd.describe('The most US dollars.'),
});

const member = fileObject({
  name: AgentSpec.shape.name.describe('The name people and messages use.'),
  runtime: AgentSpec.shape.runtime.default(RUNTIME).describe('How the agent thinks and acts.'),
  provider: AgentSpec.shape.provider.describe('Where its model is called; the default provider when absent.'),
  model: AgentSpec.shape.model.describe("The model; the provider's default when absent."),
  capabilities: AgentSpec.shape.capabilities.default([]).describe('What it can do, matched with `requires` of nodes.'),
  subscriptions: AgentSpec.shape.subscriptions.default([]).describe('Topics it hears: `plan.>`, `agent.*.status`.'),
  instructions: AgentSpec.shape.instructions.describe('What it is told before every task.'),
  budget: budget.prefault({}).describe('What it may spend.'),
  count: z.int().min(1).max(200).optional().describe('Make this many, called NAME-1, NAME-2 and so on.'),
})
  .transform(({ count, ...spec }): AgentSpec[] =>
    count === undefined
      ? [spec]
      : Array.from({ length: count }, (_, at) => ({ ...spec, name: `${spec.name}-${at + 1}` })),
  )
  .pipe(z.array(AgentSpec));

const team = z
  .array(member)
  .transform((members) => members.flat())
  .pipe(WorkflowDefinition.shape.team);

const inputName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, 'a letter, then letters, digits, _ or -');
const input = z
  .union([
    z.string().transform((text): z.infer<typeof WorkflowInput> => ({ default: text })),
    fileObject({
      description: WorkflowInput.shape.description.describe('What to give.'),
      default: WorkflowInput.shape.default.describe('Used when nothing is given; without it the input must be given.'),
    }),
  ])
  .describe('A default text, or what the input is.');

/** The file as people write it; its output is the definition, but for what needs the whole graph to be judged. */
export const WorkflowFile = fileObject({
  name: WorkflowDefinition.shape.name.describe('The name of the workflow.'),
  description: WorkflowDefinition.shape.description.describe('What it is for.'),
  inputs: z.record(inputName, input).default({}).describe('Values given when a run starts.'),
  team: team.prefault([]).describe('Agents made for the run and released after it.'),
  setup: oneOrMany(WorkflowDefinition.shape.setup).prefault([]).describe('Shell commands that prepare a checkout.'),
  check: oneOrMany(WorkflowDefinition.shape.check).prefault([]).describe('Shell commands that judge the end result.'),
  budget: budget.prefault({}).describe('What the whole run may spend.'),
  nodes: z
    .record(NodeId, fileNode)
    .refine((nodes) => Object.keys(nodes).length > 0, 'at least one is needed')
    .meta({ description: 'The tasks, by their ids.', minProperties: 1 }),
}).transform(({ nodes, ...file }): WorkflowDefinition => ({
  ...file,
  nodes: Object.entries(nodes).map(([id, node]) => ({ ...node, id, title: node.title ?? id })),
}));
