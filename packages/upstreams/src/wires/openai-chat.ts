import * as z from 'zod';
import { openRouterCost, tokens } from '../usage.ts';
import { capped, type WireFormat } from './wire-format.ts';

const count = z.int().positive().nullish();
const Request = z.looseObject({
  max_tokens: count,
  max_completion_tokens: count,
  n: count,
  stream_options: z.looseObject({}).nullish(),
});
const Finished = z.object({ choices: z.array(z.object({ finish_reason: z.string().nullish() })) });
const Used = z.object({
  usage: z.looseObject({
    prompt_tokens: tokens,
    completion_tokens: tokens,
    prompt_tokens_details: z
      .object({ cached_tokens: tokens, cache_write_tokens: tokens })
      .partial()
      .nullish()
      .catch(null),
    completion_tokens_details: z.object({ reasoning_tokens: tokens }).partial().nullish().catch(null),
  }),
});

/** OpenAI's chat completions, which most other servers speak too. Cached tokens are part of the prompt's, reasoning is part of the completion's. */
export const openAiChat: WireFormat = {
  target: (path) => (path === '/chat/completions' ? { answers: true } : undefined),
  bind(body, { model, stream, limits, usageOnRequest, completionCap }) {
    const asked = Request.safeParse(body).data;
    if (!asked) return undefined;
    const field = asked.max_completion_tokens || completionCap ? 'max_completion_tokens' : 'max_tokens';
    const { max_tokens: older, ...rest } = asked;
    const cap = capped(asked.max_completion_tokens ?? older, limits.outputTokens, limits);
    return {
      body: {
        ...rest,
        model,
        [field]: cap,
        ...(usageOnRequest && stream && { stream_options: { ...asked.stream_options, include_usage: true } }),
      },
      outputTokens: cap * (asked.n ?? 1),
    };
  },
  counts(json) {
    const usage = Used.safeParse(json).data?.usage;
    return (
      usage && {
        inputTokens: usage.prompt_tokens,
        outputTokens: usage.completion_tokens,
        cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
        cacheWriteTokens: usage.prompt_tokens_details?.cache_write_tokens ?? 0,
        thinkingTokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
        ...openRouterCost(usage),
      }
    );
  },
  finished: (json) => Finished.safeParse(json).data?.choices.some((choice) => choice.finish_reason) ?? false,
};
