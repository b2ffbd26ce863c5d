import * as z from 'zod';
import { BlobRef } from './text.ts';

/** How one call of a model ended: the provider's own figures, or the reserved ones when the end was never seen (`basis: reserved`). */
export const Settlement = z.object({
  provider: z.string(),
  model: z.string(),
  /** The provider and model that should have answered, when this one stepped in: `openrouter anthropic/claude-sonnet-4.5`. */
  insteadOf: z.string().optional(),
  status: z.int(),
  basis: z.enum(['reported', 'reserved']),
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  /** Parts of the input that came from, and went to, the provider's cache; part of the output that was thought and not said. */
  cachedTokens: z.int().nonnegative().optional(),
  cacheWriteTokens: z.int().nonnegative().optional(),
  thinkingTokens: z.int().nonnegative().optional(),
  /** US dollars; null when it is not known. */
  costUsd: z.number().nonnegative().nullable(),
  firstByteMs: z.number().nonnegative(),
  durationMs: z.number().nonnegative(),
  attempts: z.int().positive(),
  /** Redacted JSON of the request and text of the response. */
  request: BlobRef.optional(),
  response: BlobRef.optional(),
});
export type Settlement = z.infer<typeof Settlement>;
