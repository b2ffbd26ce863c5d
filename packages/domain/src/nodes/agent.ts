import * as z from 'zod';
import type { KindRules } from './kind.ts';

/**
 * An agent works on the prompt in its own workspace. Expressions `${{ inputs.x }}` and `${{ nodes.id.outputs.x }}` in `prompt`
 * are filled in when the task is dispatched. `verify` are shell commands that fusion-kit runs in a clean checkout of the result.
 */
export const AgentWork = z.object({
  kind: z.literal('agent'),
  prompt: z.string().min(1).max(10_000),
  outputs: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/))
    .max(20)
    .default([]),
  verify: z.array(z.string().min(1).max(2_000)).max(10).default([]),
  /** When true, a result without any changed file is a failure. */
  expectsChanges: z.boolean().default(false),
  maxSteps: z.int().min(1).max(500).default(50),
});
export type AgentWork = z.infer<typeof AgentWork>;

export const agentRules: KindRules<AgentWork> = {
  templates: ({ prompt }) => ({ prompt }),
  outputs: ({ outputs }) => outputs,
  proof: ({ verify, expectsChanges }) => ({ verify, expectsChanges }),
};
