import * as z from 'zod';
import { openRouterCost, tokens } from '../usage.ts';
import { capped, type WireFormat } from './wire-format.ts';

const Request = z.looseObject({ max_output_tokens: z.int().positive().nullish() });
const Usage = z.looseObject({
  input_tokens: tokens,
  output_tokens: tokens,
  input_tokens_details: z.object({ cached_tokens: tokens, cache_write_tokens: tokens }).partial().nullish().catch(null),
  output_tokens_details: z.object({ reasoning_tokens: tokens }).partial().nullish().catch(null),
});
/** The whole answer, or the last event of a stream, which carries it. */
const Used = z.union([z.object({ response: z.object({ usage: Usage }) }), z.object({ usage: Usage })]);
const Ended = z.object({ type: z.enum(['response.completed', 'response.incomplete']) });

/** OpenAI's responses, which Codex speaks. */
export const openAiResponses: WireFormat = {
  target: (path) => (path === '/responses' ? { answers: true } : undefined),
  bind(body, { model, limits }) {
    const asked = Request.safeParse(body).data;
    if (!asked) return undefined;
    const cap = capped(asked.max_output_tokens, limits.thinkingOutputTokens, limits);
    return { body: { ...asked, model, max_output_tokens: cap }, outputTokens: cap };
  },
  counts(json) {
    const used = Used.safeParse(json).data;
    const usage = used && ('response' in used ? used.response.usage : used.usage);
    return (
      usage && {
        inputTokens: usage.input_tokens,
        outputTokens: usage.output_tokens,
        cachedTokens: usage.input_tokens_details?.cached_tokens ?? 0,
        cacheWriteTokens: usage.input_tokens_details?.cache_write_tokens ?? 0,
        thinkingTokens: usage.output_tokens_details?.reasoning_tokens ?? 0,
        ...openRouterCost(usage),
      }
    );
  },
  finished: (json) => Ended.safeParse(json).success,
};
