import * as z from 'zod';
import { openRouterCost, tokens, type Counts } from '../usage.ts';
import { capped, type WireFormat } from './wire-format.ts';

const Request = z.looseObject({ max_tokens: z.int().positive().nullish() });
const Usage = z.looseObject({
  input_tokens: tokens.nullish(),
  output_tokens: tokens.nullish(),
  cache_read_input_tokens: tokens.nullish(),
  cache_creation_input_tokens: tokens.nullish(),
});
/** A whole answer and `message_delta` carry usage themselves, `message_start` in its message. */
const Used = z.union([z.object({ message: z.object({ usage: Usage }) }), z.object({ usage: Usage })]);
const Stopped = z.object({ type: z.literal('message_stop') });

/**
 * Anthropic's messages. Its input tokens are those beside the cache; here they are all of them, as everywhere. What was thought is part of
 * the output and not told apart.
 */
export const anthropicMessages: WireFormat = {
  target(path) {
    if (path === '/v1/messages') return { answers: true };
    return path === '/v1/messages/count_tokens' ? { answers: false } : undefined;
  },
  bind(body, { model, limits }) {
    const asked = Request.safeParse(body).data;
    if (!asked) return undefined;
    const cap = capped(asked.max_tokens, limits.outputTokens, limits);
    return { body: { ...asked, model, max_tokens: cap }, outputTokens: cap };
  },
  counts(json) {
    const used = Used.safeParse(json).data;
    const usage = used && ('message' in used ? used.message.usage : used.usage);
    if (!usage) return undefined;
    const counts: Partial<Counts> = openRouterCost(usage);
    if (typeof usage.output_tokens === 'number') counts.outputTokens = usage.output_tokens;
    if (typeof usage.input_tokens === 'number') {
      counts.cachedTokens = usage.cache_read_input_tokens ?? 0;
      counts.cacheWriteTokens = usage.cache_creation_input_tokens ?? 0;
      counts.inputTokens = usage.input_tokens + counts.cachedTokens + counts.cacheWriteTokens;
    }
    return counts;
  },
  finished: (json) => Stopped.safeParse(json).success,
};
