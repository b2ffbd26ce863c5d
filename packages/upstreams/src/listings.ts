import type { Model } from '@fusion-kit/domain/ports/upstream';
import * as z from 'zod';
import type { Listing } from './catalogue.ts';

/** Prices are decimal texts in US dollars per token; OpenRouter's router models say -1, meaning that it depends. */
const price = z.coerce.number().nonnegative().nullable().catch(null);
const maybePrice = z
  .unknown()
  .transform((value) => (value === undefined || value === null ? null : price.parse(value)));

/** Everything but the id is OpenRouter's addition to OpenAI's list. */
const OpenAiList = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      name: z.string().optional().catch(undefined),
      context_length: z.int().positive().nullish().catch(undefined),
      pricing: z
        .object({
          prompt: price,
          completion: price,
          input_cache_read: maybePrice.optional(),
          input_cache_write: maybePrice.optional(),
        })
        .nullish()
        .catch(undefined),
    }),
  ),
});

const AnthropicList = z.object({
  data: z.array(z.object({ id: z.string(), display_name: z.string().optional().catch(undefined) })),
});

const GoogleList = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      displayName: z.string().optional().catch(undefined),
      inputTokenLimit: z.int().positive().optional().catch(undefined),
    }),
  ),
});

const unpriced = (id: string, name = id, contextTokens: number | null = null): Model => ({
  id,
  name,
  contextTokens,
  inputUsd: null,
  outputUsd: null,
});

/** OpenAI's list and OpenRouter's, which adds prices. */
export const openAiListing: Listing = {
  path: '/models',
  read: (json) =>
    (OpenAiList.safeParse(json).data?.data ?? []).map(({ id, name, context_length: context, pricing }) => ({
      ...unpriced(id, name, context ?? null),
      inputUsd: pricing?.prompt ?? null,
      outputUsd: pricing?.completion ?? null,
      ...(typeof pricing?.input_cache_read === 'number' && { cachedUsd: pricing.input_cache_read }),
      ...(typeof pricing?.input_cache_write === 'number' && { cacheWriteUsd: pricing.input_cache_write }),
    })),
};

export const anthropicListing: Listing = {
  path: '/models?limit=1000',
  read: (json) =>
    (AnthropicList.safeParse(json).data?.data ?? []).map(({ id, display_name: name }) => unpriced(id, name)),
};

export const googleListing: Listing = {
  path: '/models?pageSize=1000',
  read: (json) =>
    (GoogleList.safeParse(json).data?.models ?? []).map(({ name, displayName, inputTokenLimit }) =>
      unpriced(name.replace(/^models\//, ''), displayName, inputTokenLimit ?? null),
    ),
};
