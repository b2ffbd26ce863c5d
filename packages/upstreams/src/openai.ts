import type { Upstream } from '@fusion-kit/domain/ports/upstream';
import { givenKey } from './key-source.ts';
import { httpUpstream, type HttpUpstreamOptions } from './http-upstream.ts';
import { openAiListing } from './listings.ts';
import type { ProviderOptions } from './openrouter.ts';

/** OpenAI (platform.openai.com): chat completions and responses. Its answers and its list of models tell no prices. */
export function openAiUpstream({
  id = 'openai',
  apiKey,
  credential = givenKey(apiKey, 'environment OPENAI_API_KEY'),
  baseUrl = 'https://api.openai.com/v1',
  model,
  ...rest
}: ProviderOptions & Pick<HttpUpstreamOptions, 'prices'>): Upstream {
  const root = baseUrl.replace(/\/+$/, '');
  return httpUpstream({
    ...rest,
    id,
    protocol: 'openai',
    baseUrl: root,
    wires: { 'openai-chat': root, 'openai-responses': root },
    credential,
    keyRequired: true,
    defaultModel: model,
    listing: openAiListing,
    status: { path: openAiListing.path, remainingUsd: () => null },
  });
}
