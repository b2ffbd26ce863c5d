import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { ModelEndpoint } from '@fusion-kit/domain/ports/runtime';
import type { ModelProtocol } from '@fusion-kit/domain/ports/upstream';
import { createOpenRouter } from '@openrouter/ai-sdk-provider';
import type { LanguageModel } from 'ai';

/** Clients insist on a key; the real one is added by the endpoint's `fetch`. */
const apiKey = 'held-by-fusion-kit';

const CLIENTS: Record<ModelProtocol, (endpoint: ModelEndpoint) => LanguageModel> = {
  openrouter: ({ baseUrl, model, fetch }) =>
    createOpenRouter({ apiKey, baseURL: baseUrl, fetch, compatibility: 'strict' }).chat(model),
  'openai-compatible': ({ provider, baseUrl, model, fetch }) =>
    createOpenAICompatible({ name: provider, apiKey, baseURL: baseUrl, fetch, includeUsage: true })(model),
  openai: ({ baseUrl, model, fetch }) => createOpenAI({ apiKey, baseURL: baseUrl, fetch }).responses(model),
  anthropic: ({ baseUrl, model, fetch }) => createAnthropic({ apiKey, baseURL: baseUrl, fetch })(model),
  google: ({ baseUrl, model, fetch }) => createGoogle({ apiKey, baseURL: baseUrl, fetch })(model),
};

/** The AI SDK's model behind an endpoint. A new protocol is one line here. */
export const languageModel = (endpoint: ModelEndpoint): LanguageModel => CLIENTS[endpoint.protocol](endpoint);
