import { FusionError } from '@fusion-kit/domain/errors';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import type { Upstream, Wire } from '@fusion-kit/domain/ports/upstream';
import * as z from 'zod';
import type { Binding } from './wires/wire-format.ts';
import { addressed, WIRES } from './wires/wires.ts';

/** A request for a model's answer, as it will be sent, and the most that it can use. */
export interface ModelCall {
  wire: Wire;
  /** False: a question about a request, which costs nothing. */
  answers: boolean;
  url: URL;
  headers: Headers;
  body: string;
  model: string;
  inputTokens: number;
  outputTokens: number;
}

const AnyBody = z.looseObject({ model: z.string().min(1).optional(), stream: z.boolean().nullish() });

/** Headers that carry a credential or belong to the connection; the upstream sets its own. */
const NOT_PASSED_ON = [
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'proxy-authorization',
  'cookie',
  'host',
  'connection',
  'content-length',
  'accept-encoding',
];

export interface Destination extends Pick<Binding, 'limits' | 'usageOnRequest' | 'completionCap'> {
  provider: string;
  wires: Upstream['wires'];
  defaultModel: string | undefined;
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
  const place = addressed(url, to.wires);
  if (!place) {
    const places = Object.entries(to.wires).map(([wire, base]) => `${wire} at ${base}`);
    throw new FusionError(
      'provider_failed',
      `${to.provider} takes ${places.join(', ')}; not ${url.origin}${url.pathname}`,
    );
  }
  const body = AnyBody.safeParse(parsedJson(await request.text())).data;
  if (request.method !== 'POST' || !body) {
    throw new FusionError('bad_request', `${to.provider} takes a POST with a JSON object that asks a model`);
  }
  const { wire, target } = place;
  const model = target.model ?? body.model ?? to.defaultModel;
  if (!model) throw new FusionError('bad_request', `no model is named, and ${to.provider} has no default`);

  const stream = target.stream ?? body.stream === true;
  const bound = target.answers ? WIRES[wire].bind(body, { ...to, model, stream }) : { body, outputTokens: 0 };
  if (!bound) throw new FusionError('bad_request', `the request is no ${wire}: its output cap is not a whole number`);
  // A client of Google's may put its key there.
  url.searchParams.delete('key');
  const headers = new Headers(request.headers);
  for (const name of NOT_PASSED_ON) headers.delete(name);
  headers.set('content-type', 'application/json');
  const sent = JSON.stringify(bound.body);
  return {
    wire,
    answers: target.answers,
    url,
    headers,
    body: sent,
    model,
    inputTokens: Math.ceil(sent.length / 4),
    outputTokens: bound.outputTokens,
  };
}
