import { FusionError } from '@fusion-kit/domain/errors';
import type { ModelProtocol } from '@fusion-kit/domain/ports/upstream';
import * as z from 'zod';
import { parsedJson } from './json.ts';
import type { Limits } from './limits.ts';

/** A request for a model's answer, as it will be sent, and the most that it can use. */
export interface ModelCall {
  url: URL;
  headers: Headers;
  body: string;
  model: string;
  inputTokens: number;
  outputTokens: number;
}

const count = z.int().positive().nullish();
const CompletionBody = z.looseObject({
  model: z.string().min(1).optional(),
  max_tokens: count,
  max_completion_tokens: count,
  n: count,
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({}).nullish(),
});

/** Headers that carry a credential or belong to the connection; the upstream sets its own. */
const NOT_PASSED_ON = ['authorization', 'x-api-key', 'cookie', 'host', 'content-length', 'accept-encoding'];

export interface Destination {
  provider: string;
  protocol: ModelProtocol;
  baseUrl: URL;
  defaultModel: string | undefined;
  limits: Pick<Limits, 'outputTokens' | 'outputTokensMax'>;
}

/**
 * Reads what a client wants to send and binds it: to this provider, to a model, to an output cap.
 *
 * Input is estimated as a quarter of the characters of the JSON body. That is near the truth for English and code, and high for
 * images, which is the safe side: what is held but not used is given back when the call is settled.
 *
 * @throws {FusionError} `provider_failed` for another address than the provider's, `bad_request`
 */
export async function modelCall(request: Request, to: Destination): Promise<ModelCall> {
  const url = new URL(request.url);
  const basePath = to.baseUrl.pathname.replace(/\/+$/, '');
  if (url.origin !== to.baseUrl.origin || !url.pathname.startsWith(`${basePath}/`)) {
    throw new FusionError('provider_failed', `${to.provider} is at ${to.baseUrl.href}; ${url.origin} was asked for`);
  }
  const body = CompletionBody.safeParse(parsedJson(await request.text())).data;
  if (request.method !== 'POST' || !body) {
    throw new FusionError('bad_request', `${to.provider} takes a POST with a JSON object that asks a model`);
  }
  const model = body.model ?? to.defaultModel;
  if (!model) throw new FusionError('bad_request', `no model is named, and ${to.provider} has no default`);

  const cap = capOf(body, to.limits);
  const sent = JSON.stringify({
    ...body,
    model,
    [cap.field]: cap.tokens,
    // Without it, OpenAI's protocol streams no usage; OpenRouter always does.
    ...(to.protocol === 'openai-compatible' &&
      body.stream && { stream_options: { ...body.stream_options, include_usage: true } }),
  });
  const headers = new Headers(request.headers);
  for (const name of NOT_PASSED_ON) headers.delete(name);
  headers.set('content-type', 'application/json');
  return {
    url,
    headers,
    body: sent,
    model,
    inputTokens: Math.ceil(sent.length / 4),
    outputTokens: cap.tokens * (body.n ?? 1),
  };
}

function capOf(body: z.infer<typeof CompletionBody>, limits: Destination['limits']) {
  const field = body.max_completion_tokens ? 'max_completion_tokens' : 'max_tokens';
  return { field, tokens: Math.min(body[field] ?? limits.outputTokens, limits.outputTokensMax) };
}
