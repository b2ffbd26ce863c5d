import type { Meter, Upstream } from '@fusion-kit/domain/ports/upstream';
import * as z from 'zod';
import { httpUpstream, type HttpUpstreamParts } from './http-upstream.ts';
import { givenKey, type KeySource } from './key-source.ts';
import { openAiListing } from './listings.ts';

/** What every kind of provider takes beside the parts. */
export interface ProviderOptions extends HttpUpstreamParts {
  /** A key, or where to find it. Undefined: the upstream exists, and says what is missing when it is used. */
  apiKey?: string | undefined;
  credential?: KeySource;
  baseUrl?: string;
  model?: string | undefined;
  id?: string;
  meter: Meter;
}

const KeyStatus = z.object({ data: z.object({ limit_remaining: z.number().nullish() }) });

/** OpenRouter (openrouter.ai), which reports the cost of every answer; checked by `GET /key`, which costs nothing. */
export function openRouterUpstream({
  id = 'openrouter',
  apiKey,
  credential = givenKey(apiKey, 'environment OPENROUTER_API_KEY'),
  baseUrl = 'https://openrouter.ai/api/v1',
  model,
  ...rest
}: ProviderOptions): Upstream {
  const root = baseUrl.replace(/\/+$/, '');
  return httpUpstream({
    ...rest,
    id,
    protocol: 'openrouter',
    baseUrl: root,
    wires: { 'openai-chat': root, 'openai-responses': root, 'anthropic-messages': root.replace(/\/v1$/, '') },
    credential,
    keyRequired: true,
    defaultModel: model,
    headers: { 'x-title': 'fusion-kit' },
    listing: openAiListing,
    status: { path: '/key', remainingUsd: (json) => KeyStatus.safeParse(json).data?.data.limit_remaining ?? null },
  });
}
