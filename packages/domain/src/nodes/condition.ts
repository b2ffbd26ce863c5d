import * as z from 'zod';
import { Expression } from './fields.ts';
import { type KindRules, NO_PROOF } from './kind.ts';

/** Completes when the expression is true and is skipped when it is false: a branch needs it with `accept: [completed]` or `accept: [skipped]`. */
export const ConditionWork = z.object({ kind: z.literal('condition'), if: Expression });
export type ConditionWork = z.infer<typeof ConditionWork>;

export const conditionRules: KindRules<ConditionWork> = {
  executor: () => 'house',
  templates: () => ({}),
  expressions: (work) => ({ if: work.if }),
  filled: (work) => work,
  outputs: () => [],
  proof: () => NO_PROOF,
};
