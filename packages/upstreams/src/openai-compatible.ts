import type { Meter, Upstream } from '@fusion-kit/domain/ports/upstream';
import { httpUpstream, type HttpUpstreamParts } from './http-upstream.ts';

export interface OpenAiCompatibleOptions extends HttpUpstreamParts {
  baseUrl: string;
  /** Many local servers want none. */
  apiKey?: string | undefined;
  /** Where `apiKey` was found; never the key. */
  credential?: string;
  model?: string | undefined;
  id?: string;
  meter: Meter;
}

/** Any server of OpenAI's chat completions: Ollama, vLLM, LM Studio, a company's gateway. Checked by `GET /models`; cost is known only where prices are. */
export const openAiCompatibleUpstream = ({
  id = 'openai-compatible',
  apiKey,
  credential,
  baseUrl,
  model,
  ...rest
}: OpenAiCompatibleOptions): Upstream => {
  const root = baseUrl.replace(/\/+$/, '');
  return httpUpstream({
    ...rest,
    id,
    protocol: 'openai-compatible',
    baseUrl: root,
    wires: { 'openai-chat': root },
    key: () => apiKey,
    credential: credential ?? (apiKey ? 'given with the base URL' : 'none needed'),
    keyRequired: false,
    defaultModel: model,
    status: { path: '/models', remainingUsd: () => null },
  });
};
