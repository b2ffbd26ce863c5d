import * as z from 'zod';

const count = z.int().nonnegative();
const Usage = z.looseObject({
  totalTokens: count.nullish().catch(undefined),
  inputTokens: count,
  outputTokens: count,
  cachedReadTokens: count.nullish().catch(undefined),
  cachedWriteTokens: count.nullish().catch(undefined),
});
/** Gemini CLI and its kin tell it beside the answer. */
const Quota = z.looseObject({
  quota: z.looseObject({ token_count: z.looseObject({ input_tokens: count, output_tokens: count }) }),
});

/** How a prompt ended, as programs say it. */
export const PromptEnd = z.looseObject({
  stopReason: z.string(),
  usage: Usage.nullish().catch(undefined),
  _meta: z.looseObject({}).nullish().catch(undefined),
});
export type PromptEnd = z.infer<typeof PromptEnd>;

/** Tokens of a prompt: those that came from a cache are part of the input, which some programs count beside it. Undefined where a program says nothing. Pure. */
export function tokensOf({ usage, _meta }: PromptEnd): { inputTokens: number; outputTokens: number } | undefined {
  if (!usage) {
    const quota = Quota.safeParse(_meta).data?.quota.token_count;
    return quota && { inputTokens: quota.input_tokens, outputTokens: quota.output_tokens };
  }
  const { inputTokens, outputTokens, totalTokens } = usage;
  const cached = (usage.cachedReadTokens ?? 0) + (usage.cachedWriteTokens ?? 0);
  const isBeside = (totalTokens ?? 0) >= inputTokens + cached + outputTokens;
  return { inputTokens: inputTokens + (isBeside ? cached : 0), outputTokens };
}
