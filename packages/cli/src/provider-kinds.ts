import type { Meter, Model, ModelProtocol, Upstream } from '@fusion-kit/domain/ports/upstream';
import { anthropicUpstream, googleUpstream, openAiUpstream } from '@fusion-kit/upstreams/vendors';
import type { KeySource } from '@fusion-kit/upstreams/key-source';
import { openAiCompatibleUpstream } from '@fusion-kit/upstreams/openai-compatible';
import { openRouterUpstream } from '@fusion-kit/upstreams/openrouter';
import { priceBook } from '@fusion-kit/upstreams/price-book';

/** What every kind of provider is made of. */
export interface Making {
  id: string;
  meter: Meter;
  credential: KeySource;
  model: string | undefined;
  baseUrl?: string;
  fetch?: typeof globalThis.fetch;
  /** OpenRouter's list, for the prices of vendors that tell none. */
  listed: () => Promise<Model[]>;
}

/** How the providers of each protocol are made. */
export const KINDS: Record<ModelProtocol, (making: Making) => Upstream> = {
  openrouter: ({ listed: _listed, ...rest }) => openRouterUpstream(rest),
  openai: ({ listed, ...rest }) => openAiUpstream({ ...rest, prices: priceBook(listed, 'openai') }),
  anthropic: ({ listed, ...rest }) => anthropicUpstream({ ...rest, prices: priceBook(listed, 'anthropic') }),
  google: ({ listed, ...rest }) => googleUpstream({ ...rest, prices: priceBook(listed, 'google') }),
  'openai-compatible': ({ listed: _listed, baseUrl = 'http://127.0.0.1', ...rest }) =>
    openAiCompatibleUpstream({ ...rest, baseUrl }),
};
