import type { Upstream } from '@fusion-kit/domain/ports/upstream';
import { givenKey } from './key-source.ts';
import { httpUpstream, type HttpUpstreamOptions } from './http-upstream.ts';
import { googleListing } from './listings.ts';
import type { ProviderOptions } from './openrouter.ts';

/** Google (ai.google.dev): Gemini by generateContent. Its answers and its list of models tell no prices. */
export function googleUpstream({
  id = 'google',
  apiKey,
  credential = givenKey(apiKey, 'environment GEMINI_API_KEY'),
  baseUrl = 'https://generativelanguage.googleapis.com/v1beta',
  model,
  ...rest
}: ProviderOptions & Pick<HttpUpstreamOptions, 'prices'>): Upstream {
  const root = baseUrl.replace(/\/+$/, '');
  return httpUpstream({
    ...rest,
    id,
    protocol: 'google',
    baseUrl: root,
    wires: { gemini: root.replace(/\/v1beta$/, '') },
    authorize: (key) => ({ 'x-goog-api-key': key }),
    credential,
    keyRequired: true,
    defaultModel: model,
    listing: googleListing,
    status: { path: googleListing.path, remainingUsd: () => null },
  });
}
