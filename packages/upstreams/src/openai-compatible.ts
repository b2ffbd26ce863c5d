import type { Upstream } from '@fusion-kit/domain/ports/upstream';
import { givenKey } from './key-source.ts';
import { httpUpstream, type HttpUpstreamOptions } from './http-upstream.ts';
import { openAiListing } from './listings.ts';
import type { ProviderOptions } from './openrouter.ts';

export interface OpenAiCompatibleOptions extends ProviderOptions, Pick<HttpUpstreamOptions, 'prices'> {
  baseUrl: string;
}

/** Any server of OpenAI's chat completions: vLLM, LM Studio, a company's gateway. Checked by `GET /models`; cost is known only where prices are. Many want no key. */
export function openAiCompatibleUpstream({
  id = 'openai-compatible',
  apiKey,
  credential = givenKey(apiKey, apiKey ? 'given with the base URL' : 'none needed'),
  baseUrl,
  model,
  ...rest
}: OpenAiCompatibleOptions): Upstream {
  const root = baseUrl.replace(/\/+$/, '');
  return httpUpstream({
    ...rest,
    id,
    protocol: 'openai-compatible',
    baseUrl: root,
    wires: { 'openai-chat': root },
    credential,
    keyRequired: false,
    defaultModel: model,
    listing: openAiListing,
    status: { path: openAiListing.path, remainingUsd: () => null },
  });
}

/** Ollama on this machine: it costs nothing but electricity, which no budget counts. */
export const ollamaUpstream = ({
  id = 'ollama',
  baseUrl = 'http://127.0.0.1:11434/v1',
  ...rest
}: ProviderOptions): Upstream =>
  openAiCompatibleUpstream({ ...rest, id, baseUrl, prices: async () => ({ inputUsd: 0, outputUsd: 0 }) });
