import * as z from 'zod';
import { OutputName, PathGlob, ShellCommand, Template } from './fields.ts';
import { keyed, type KindRules, unkeyed } from './kind.ts';

/** A schema that an output must keep to: JSON Schema, as the file gives it. */
export const OutputSchema = z.record(z.string(), z.unknown());

/**
 * An agent works on the prompt in its own workspace. Expressions in `prompt` and `inputs` are filled in when the task is dispatched.
 * `verify` are shell commands that fusion-kit runs in a clean checkout of the result.
 */
export const AgentWork = z.object({
  kind: z.literal('agent'),
  prompt: z.string().min(1).max(10_000),
  /** Named values that the agent is given beside the prompt. */
  inputs: z.record(OutputName, Template).optional(),
  outputs: z.array(OutputName).max(20).default([]),
  /** JSON Schemas by output name: that output is JSON and is checked before the result is accepted. */
  outputSchemas: z.record(OutputName, OutputSchema).optional(),
  verify: z.array(ShellCommand).max(10).default([]),
  /** When true, a result without any changed file is a failure. */
  expectsChanges: z.boolean().default(false),
  /** Paths the task is about; at least one of them must have changed. */
  files: z.array(PathGlob).max(100).optional(),
  /** The only places where files may change. */
  writes: z.array(PathGlob).max(100).optional(),
  /** Only an agent that is like this takes it. */
  wants: z
    .object({
      runtime: z.string().max(64).optional(),
      provider: z.string().max(64).optional(),
      model: z.string().max(200).optional(),
    })
    .optional(),
  maxSteps: z.int().min(1).max(500).default(50),
  /** The most tokens of models that the task may use, all its attempts together; they are held before a call, as a budget is. */
  maxTokens: z.int().positive().optional(),
});
export type AgentWork = z.infer<typeof AgentWork>;

export const agentRules: KindRules<AgentWork> = {
  executor: () => 'agent',
  templates: ({ prompt, inputs }) => ({ prompt, ...keyed('inputs', inputs) }),
  expressions: () => ({}),
  filled: (work, texts) => ({
    ...work,
    prompt: texts['prompt'] ?? work.prompt,
    ...(work.inputs && { inputs: unkeyed('inputs', work.inputs, texts) }),
  }),
  outputs: ({ outputs }) => [...outputs, 'summary'],
  proof: ({ verify, expectsChanges, files, writes }) => ({ verify, expectsChanges, files, writes }),
};
