import { AgentSpec, usualRuntime } from '@fusion-kit/domain/agent';
import { ResourceLimits } from '@fusion-kit/domain/leash';
import { Budget } from '@fusion-kit/domain/usage';
import { WorkflowDefinition, WorkflowInput } from '@fusion-kit/domain/workflow';
import * as z from 'zod';
import { fileNodes } from '../node-kinds/kinds.ts';
import { duration, fileObject, oneOrMany } from './fields.ts';

const definition = WorkflowDefinition.shape;

const budget = fileObject({
  tokens: Budget.shape.tokens.describe('The most input and output tokens together.'),
  costUsd: Budget.shape.costUsd.describe('The most US dollars.'),
});

const limits = fileObject({
  memoryMb: ResourceLimits.shape.memoryMb.describe('Megabytes of memory, all its processes together.'),
  processes: ResourceLimits.shape.processes.describe('How many processes at once.'),
  fileMb: ResourceLimits.shape.fileMb.describe('Megabytes of one file.'),
  workspaceMb: ResourceLimits.shape.workspaceMb.describe('Megabytes of its workspace and HOME.'),
  workspaceFiles: ResourceLimits.shape.workspaceFiles.describe('Files and directories in its workspace and HOME.'),
});

const member = fileObject({
  name: AgentSpec.shape.name.describe('The name people and messages use.'),
  runtime: AgentSpec.shape.runtime
    .optional()
    .describe('How the agent thinks and acts: `model-loop`; `acp` when absent and a program is named; `command`.'),
  provider: AgentSpec.shape.provider.describe('Where its model is called; the default provider when absent.'),
  model: AgentSpec.shape.model.describe("The model; the provider's default when absent."),
  capabilities: AgentSpec.shape.capabilities.default([]).describe('What it can do, matched with `requires` of nodes.'),
  subscriptions: AgentSpec.shape.subscriptions.default([]).describe('Topics it hears: `plan.>`, `agent.*.status`.'),
  instructions: AgentSpec.shape.instructions.describe('What it is told before every task.'),
  budget: budget.prefault({}).describe('What it may spend.'),
  program: AgentSpec.shape.program.describe('Which program does the work: `claude`, `codex` or an entry of your own.'),
  credentials: AgentSpec.shape.credentials.describe('Whose key its model calls carry; `gateway` when absent.'),
  permissions: AgentSpec.shape.permissions.describe(
    'What it is answered that asks to use a tool; `allow` when absent.',
  ),
  takes: AgentSpec.shape.takes.describe('What of your own configuration of the program it is given.'),
  hosts: AgentSpec.shape.hosts.describe(
    'What it may reach over the network: `registry.npmjs.org`, `*.example.com:8443`.',
  ),
  secrets: AgentSpec.shape.secrets.describe('Secrets that it is given, by name.'),
  limits: limits.optional().describe('What its processes and files may use.'),
  count: z.int().min(1).max(200).optional().describe('Make this many, called NAME-1, NAME-2 and so on.'),
})
  .transform(({ count, runtime, ...said }): AgentSpec[] => {
    const spec = { ...said, runtime: runtime ?? usualRuntime(said) };
    return count === undefined
      ? [spec]
      : Array.from({ length: count }, (_, at) => ({ ...spec, name: `${spec.name}-${at + 1}` }));
  })
  .pipe(z.array(AgentSpec));

const team = z
  .array(member)
  .transform((members) => members.flat())
  .pipe(definition.team);

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
  name: definition.name.describe('The name of the workflow.'),
  description: definition.description.describe('What it is for.'),
  inputs: z.record(inputName, input).default({}).describe('Values given when a run starts.'),
  team: team.prefault([]).describe('Agents made for the run and released after it.'),
  setup: oneOrMany(definition.setup).prefault([]).describe('Shell commands that prepare a checkout.'),
  check: oneOrMany(definition.check).prefault([]).describe('Shell commands that judge the end result.'),
  hosts: definition.hosts.describe(
    'What setup, check, verify and command nodes may reach over the network; without it setup reaches the public package registries.',
  ),
  secrets: definition.secrets.describe('Secrets that setup, check, verify and command nodes are given, by name.'),
  budget: budget.prefault({}).describe('What the whole run may spend.'),
  outputs: definition.outputs.describe('What the workflow gives where it runs inside another, by name.'),
  concurrency: definition.concurrency.describe('The most tasks of a run that agents work on at once.'),
  timeout: duration
    .pipe(definition.timeoutMs.unwrap())
    .optional()
    .describe('The longest that a run may take: 30m, 2h, 7d.'),
  stall: definition.stall.describe('What is done about an agent that makes no progress.'),
  proposals: definition.proposals.describe(
    'What becomes of tasks that agents propose; a person is asked unless it says otherwise.',
  ),
  nodes: fileNodes,
}).transform(
  ({ timeout, hosts, secrets, outputs, concurrency, stall, proposals, nodes, ...file }): WorkflowDefinition => ({
    ...file,
    ...(hosts && { hosts }),
    ...(secrets && { secrets }),
    ...(outputs && { outputs }),
    ...(concurrency !== undefined && { concurrency }),
    ...(timeout !== undefined && { timeoutMs: timeout }),
    ...(stall && { stall }),
    ...(proposals && { proposals }),
    nodes,
  }),
);
