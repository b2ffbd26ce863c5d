import * as z from 'zod';

/** What model calls used. Cost is in US dollars as the provider reports it; `null` cost is counted as unknown, never as zero. */
export const Usage = z.object({
  calls: z.int().nonnegative(),
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  costUsd: z.number().nonnegative(),
  unpricedCalls: z.int().nonnegative(),
});
export type Usage = z.infer<typeof Usage>;

export const NO_USAGE: Usage = { calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, unpricedCalls: 0 };

/** Upper bounds on spending; an absent one does not bind. */
export const Budget = z.object({
  tokens: z.int().positive().optional(),
  costUsd: z.number().positive().optional(),
});
export type Budget = z.infer<typeof Budget>;

export interface Spending {
  inputTokens: number;
  outputTokens: number;
  costUsd: number | null;
}

export const addUsage = (usage: Usage, spent: Spending): Usage => ({
  calls: usage.calls + 1,
  inputTokens: usage.inputTokens + spent.inputTokens,
  outputTokens: usage.outputTokens + spent.outputTokens,
  costUsd: usage.costUsd + (spent.costUsd ?? 0),
  unpricedCalls: usage.unpricedCalls + (spent.costUsd === null ? 1 : 0),
});
