import type { ModelProtocol, Upstream } from '@fusion-kit/domain/ports/upstream';
import type { Listing } from './catalogue.ts';
import { httpUpstream, type HttpUpstreamOptions } from './http-upstream.ts';
import { givenKey } from './key-source.ts';
import { anthropicListing, googleListing, openAiListing } from './listings.ts';
import type { ProviderOptions } from './openrouter.ts';

type Vendor = Extract<ModelProtocol, 'openai' | 'anthropic' | 'google'>;

interface VendorRow extends Pick<HttpUpstreamOptions, 'authorize' | 'headers'> {
  keyVariable: string;
  baseUrl: string;
  wires: (root: string) => Upstream['wires'];
  listing: Listing;
}

/** Who makes models and serves them. Their answers and their lists of models tell no prices. */
const VENDORS: Record<Vendor, VendorRow> = {
  /** platform.openai.com: chat completions and responses. */
  openai: {
    keyVariable: 'OPENAI_API_KEY',
    baseUrl: 'https://api.openai.com/v1',
    wires: (root) => ({ 'openai-chat': root, 'openai-responses': root }),
    listing: openAiListing,
  },
  /** claude.com/platform: messages. */
  anthropic: {
    keyVariable: 'ANTHROPIC_API_KEY',
    baseUrl: 'https://api.anthropic.com/v1',
    wires: (root) => ({ 'anthropic-messages': root.replace(/\/v1$/, '') }),
    authorize: (key) => ({ 'x-api-key': key }),
    headers: { 'anthropic-version': '2023-06-01' },
    listing: anthropicListing,
  },
  /** ai.google.dev: Gemini by generateContent. */
  google: {
    keyVariable: 'GEMINI_API_KEY',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    wires: (root) => ({ gemini: root.replace(/\/v1beta$/, '') }),
    authorize: (key) => ({ 'x-goog-api-key': key }),
    listing: googleListing,
  },
};

export type VendorOptions = ProviderOptions & Pick<HttpUpstreamOptions, 'prices'>;

const vendorUpstream =
  (vendor: Vendor) =>
  ({ apiKey, model, ...options }: VendorOptions): Upstream => {
    const { keyVariable, baseUrl, wires, listing, ...way } = VENDORS[vendor];
    const root = (options.baseUrl ?? baseUrl).replace(/\/+$/, '');
    return httpUpstream({
      id: vendor,
      credential: givenKey(apiKey, `environment ${keyVariable}`),
      ...options,
      ...way,
      protocol: vendor,
      baseUrl: root,
      wires: wires(root),
      keyRequired: true,
      defaultModel: model,
      listing,
      status: { path: listing.path, remainingUsd: () => null },
    });
  };

export const openAiUpstream = vendorUpstream('openai');
export const anthropicUpstream = vendorUpstream('anthropic');
export const googleUpstream = vendorUpstream('google');
