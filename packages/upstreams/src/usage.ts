import type { Model } from '@fusion-kit/domain/ports/upstream';
import * as z from 'zod';

/** What an answer says it used. Input is all of it, the cached part too; output is all of it, what was thought too. */
export interface Counts {
  inputTokens: number;
  outputTokens: number;
  /** Read from, and written to, the provider's cache. */
  cachedTokens: number;
  cacheWriteTokens: number;
  thinkingTokens: number;
  /** US dollars as the provider says itself. */
  costUsd: number;
}

/** What one answer used. `costUsd` null: not known. */
export type AnswerUsage = Pick<Counts, 'inputTokens' | 'outputTokens'> &
  Partial<Pick<Counts, 'cachedTokens' | 'cacheWriteTokens' | 'thinkingTokens'>> & { costUsd: number | null };

export const NOTHING_USED: AnswerUsage = { inputTokens: 0, outputTokens: 0, costUsd: 0 };

export type Prices = Pick<Model, 'inputUsd' | 'outputUsd' | 'cachedUsd' | 'cacheWriteUsd'>;

export const tokens = z.number().nonnegative().transform(Math.round);

const Cost = z.object({
  cost: z.number().nonnegative(),
  is_byok: z.boolean().nullish(),
  cost_details: z.object({ upstream_inference_cost: z.number().nonnegative().nullish() }).nullish(),
});

/** The cost that OpenRouter adds to the usage of every format. */
export function openRouterCost(usage: unknown): Partial<Counts> {
  const said = Cost.safeParse(usage).data;
  if (!said) return {};
  // With the user's own provider key OpenRouter's cost is its fee only; the inference is billed beside it.
  return { costUsd: said.cost + (said.is_byok ? (said.cost_details?.upstream_inference_cost ?? 0) : 0) };
}

/** What all that was said comes to; undefined as long as it does not say both input and output. */
export function usageOf(counts: Partial<Counts>, prices: Prices | undefined): AnswerUsage | undefined {
  const { inputTokens, outputTokens, costUsd, cachedTokens, cacheWriteTokens, thinkingTokens } = counts;
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const used = { inputTokens, outputTokens };
  return {
    ...used,
    ...(cachedTokens && { cachedTokens }),
    ...(cacheWriteTokens && { cacheWriteTokens }),
    ...(thinkingTokens && { thinkingTokens }),
    costUsd: costUsd ?? costOf({ ...used, cachedTokens, cacheWriteTokens }, prices),
  };
}

type Priced = Pick<Counts, 'inputTokens' | 'outputTokens'> & {
  cachedTokens?: number | undefined;
  cacheWriteTokens?: number | undefined;
};

/** US dollars for that many tokens; null when a price is unknown. What is cached costs as much as what is not where its own price is not known. */
export function costOf(used: Priced, prices: Prices | undefined): number | null {
  if (typeof prices?.inputUsd !== 'number' || typeof prices.outputUsd !== 'number') return null;
  const { cachedTokens: read = 0, cacheWriteTokens: written = 0 } = used;
  const plain = Math.max(0, used.inputTokens - read - written);
  return (
    plain * prices.inputUsd +
    read * (prices.cachedUsd ?? prices.inputUsd) +
    written * (prices.cacheWriteUsd ?? prices.inputUsd) +
    used.outputTokens * prices.outputUsd
  );
}
