import * as z from 'zod';
import { Expression, OutputTemplates } from './fields.ts';
import { type KindRules, NO_PROOF } from './kind.ts';

/**
 * Its body again and again; the ids of round n (from 1) start with `id#n/`, and `iteration` may be spoken of. `while` is asked before a round, in the words
 * of the round before (of round 0, in which nothing ran, before the first); `until` after it. After `max` rounds it ends as `atMax` says; with neither of them it is done `max` times and completes. Its
 * outputs are filled in the words of the last round; without any round it has only `iterations`.
 */
export const LoopWork = z.object({
  kind: z.literal('loop'),
  while: Expression.optional(),
  until: Expression.optional(),
  max: z.int().min(1).max(1_000),
  atMax: z.enum(['fail', 'complete']).default('fail'),
  outputs: OutputTemplates.default({}),
});
export type LoopWork = z.infer<typeof LoopWork>;

export const loopRules: KindRules<LoopWork> = {
  executor: () => 'house',
  templates: () => ({}),
  expressions: () => ({}), // both may speak of the body, see innerExpressions
  filled: (work) => work,
  outputs: ({ outputs }) => ['iterations', ...Object.keys(outputs)],
  proof: () => NO_PROOF,
};

/** Expressions that are asked around a round and may speak of its nodes. */
export const innerExpressions = (work: LoopWork): Record<string, string> => ({
  ...(work.while !== undefined && { while: work.while }),
  ...(work.until !== undefined && { until: work.until }),
});
