import type { Upstream } from '@fusion-kit/domain/ports/upstream';
import { givenKey } from './key-source.ts';
import { httpUpstream, type HttpUpstreamOptions } from './http-upstream.ts';
import { anthropicListing } from './listings.ts';
import type { ProviderOptions } from './openrouter.ts';

/** Anthropic (claude.com/platform): messages. Its answers and its list of models tell no prices. */
export function anthropicUpstream({
  id = 'anthropic',
  apiKey,
  credential = givenKey(apiKey, 'environment ANTHROPIC_API_KEY'),
  baseUrl = 'https://api.anthropic.com/v1',
  model,
  ...rest
}: ProviderOptions & Pick<HttpUpstreamOptions, 'prices'>): Upstream {
  const root = baseUrl.replace(/\/+$/, '');
  return httpUpstream({
    ...rest,
    id,
    protocol: 'anthropic',
    baseUrl: root,
    wires: { 'anthropic-messages': root.replace(/\/v1$/, '') },
    authorize: (key) => ({ 'x-api-key': key }),
    headers: { 'anthropic-version': '2023-06-01' },
    credential,
    keyRequired: true,
    defaultModel: model,
    listing: anthropicListing,
    status: { path: anthropicListing.path, remainingUsd: () => null },
  });
}
