import * as z from 'zod';
import { PathGlob, ShellCommand, Template } from './fields.ts';
import { keyed, type KindRules, unkeyed } from './kind.ts';

/**
 * A shell command runs in a workspace at the run's present commit, in the cage, without a model. What it changes is committed, proved and landed like an
 * agent's work. Expressions in `run` are put in as one quoted shell word each; in `env` as they are.
 */
export const CommandWork = z.object({
  kind: z.literal('command'),
  run: z.string().min(1).max(10_000),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/), Template).optional(),
  /** Exit codes that are no failure. */
  exitCodes: z.array(z.int().min(0).max(255)).min(1).max(20).default([0]),
  verify: z.array(ShellCommand).max(10).default([]),
  expectsChanges: z.boolean().default(false),
  writes: z.array(PathGlob).max(100).optional(),
});
export type CommandWork = z.infer<typeof CommandWork>;

export const commandRules: KindRules<CommandWork> = {
  executor: () => 'shell',
  templates: ({ run, env }) => ({ run, ...keyed('env', env) }),
  expressions: () => ({}),
  filled: (work, texts) => ({
    ...work,
    run: texts['run'] ?? work.run,
    ...(work.env && { env: unkeyed('env', work.env, texts) }),
  }),
  outputs: () => ['stdout', 'stderr', 'exitCode'],
  proof: ({ verify, expectsChanges, writes }) => ({ verify, expectsChanges, writes }),
};
