import type { Model } from '@fusion-kit/domain/ports/upstream';
import * as z from 'zod';

/** What one answer used. `costUsd` null: not known. */
export interface AnswerUsage {
  inputTokens: number;
  outputTokens: number;
  costUsd: number | null;
}

export const NOTHING_USED: AnswerUsage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };

export type Prices = Pick<Model, 'inputUsd' | 'outputUsd'>;

const tokens = z.number().nonnegative().transform(Math.round);
/** `usage` of a chat completion; `cost` in US dollars and what follows it only at OpenRouter. */
const UsageBody = z.object({
  usage: z.object({
    prompt_tokens: tokens,
    completion_tokens: tokens,
    cost: z.number().nonnegative().nullish(),
    is_byok: z.boolean().nullish(),
    cost_details: z.object({ upstream_inference_cost: z.number().nonnegative().nullish() }).nullish(),
  }),
});

/** The usage that a body or an event of a stream reports, if it does. */
export function usageIn(json: unknown, prices: Prices | undefined): AnswerUsage | undefined {
  const usage = UsageBody.safeParse(json).data?.usage;
  if (!usage) return undefined;
  const counts = { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens };
  if (typeof usage.cost !== 'number') return { ...counts, costUsd: costOf(counts, prices) };
  // With the user's own provider key OpenRouter's cost is its fee only; the inference is billed beside it.
  const beside = usage.is_byok ? (usage.cost_details?.upstream_inference_cost ?? 0) : 0;
  return { ...counts, costUsd: usage.cost + beside };
}

/** US dollars for that many tokens; null when a price is unknown. */
export function costOf(used: { inputTokens: number; outputTokens: number }, prices: Prices | undefined): number | null {
  if (typeof prices?.inputUsd !== 'number' || typeof prices.outputUsd !== 'number') return null;
  return used.inputTokens * prices.inputUsd + used.outputTokens * prices.outputUsd;
}
