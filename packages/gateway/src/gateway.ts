import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import type { Caller, Upstream } from '@fusion-kit/domain/ports/upstream';
import { bodies, BODY_LIMITS, type BodyLimits } from './bodies.ts';
import { estimatedCount } from './estimated-count.ts';
import { answeredHeaders, askedHeaders } from './headers.ts';
import { modelList } from './model-list.ts';
import { namedModel } from './named-model.ts';
import { type Place, placeOf, wireOf } from './place.ts';
import { refusal } from './refusal.ts';
import { tokenOf } from './token.ts';
import { type Watch, watched } from './watched.ts';

/** Whom a token stands for. */
export interface GatewayClient {
  caller: Caller;
  /** Absent where the agent has no provider. */
  upstream: Upstream | undefined;
  /** Answers whatever a client asks for; without it the client names the model. */
  model?: string | undefined;
  /** Told what came of each request for an answer: why it was refused or broke off, undefined when it is being answered. */
  told?: (failure: FusionError | undefined) => void;
}

export interface GatewayOptions {
  /** Whose a token is; undefined when it is nobody's, or no longer. */
  clientOf: (token: string) => GatewayClient | undefined;
  limits?: Partial<BodyLimits>;
}

/** Answers a request; never rejects. `signal` aborts when nobody waits for the answer any more. */
export type Gateway = (request: Request, signal?: AbortSignal) => Promise<Response>;

/**
 * Speaks OpenAI's chat and responses, Anthropic's messages and Gemini to agents' programs: `/v1/chat/completions`, `/v1/responses`, `/v1/messages` and its
 * `/count_tokens`, `/v1beta/models/MODEL:generateContent`, `:streamGenerateContent` and `:countTokens`, `/v1/models` and `/v1beta/models`. What is asked is passed on
 * to the same format of the agent's provider by `Upstream.fetch`, which meters it; nothing is changed but the model's name and the credentials. Refusals
 * come in the form of errors that the format has.
 */
export function gateway({ clientOf, limits }: GatewayOptions): Gateway {
  const read = bodies({ ...BODY_LIMITS, ...limits });
  /** Providers that were asked to count tokens and cannot. */
  const uncounting = new WeakSet<Upstream>();

  return async (request, signal = request.signal) => {
    const url = new URL(request.url);
    const { headers } = request;
    const refused = (error: unknown) => refusal(wireOf(url.pathname, headers), asFusionError(error));
    const client = clientOf(tokenOf(headers, url) ?? '');
    if (!client) return refused(stale());
    const place = placeOf(url.pathname, headers);
    if (!place) return refused(new FusionError('route_unknown', `there is no ${url.pathname}`, { remedy: PATHS }));
    if (request.method !== place.method)
      return refused(new FusionError('method_not_allowed', `${url.pathname} takes ${place.method}`, { remedy: PATHS }));
    if (place.asks === 'models') return modelList(place.wire, modelOf(client), place.named);

    const told = (failure: FusionError | undefined) => {
      if (place.asks === 'answer' && !signal.aborted) client.told?.(failure);
    };
    let over = () => {};
    try {
      const { text, release } = await read(request);
      over = release;
      const response = await passedOn({ client, place, url, headers, text, signal, uncounting });
      told(undefined);
      return answered(response, { broken: (error) => told(asFusionError(error)), over });
    } catch (error) {
      over();
      told(asFusionError(error));
      return refused(error);
    }
  };
}

interface Asked {
  client: GatewayClient;
  place: Place;
  url: URL;
  headers: Headers;
  text: string;
  signal: AbortSignal;
  uncounting: WeakSet<Upstream>;
}

/** @throws {FusionError} what the upstream refuses with; `bad_request` */
async function passedOn({ client, place, url, headers, text, signal, uncounting }: Asked): Promise<Response> {
  const { upstream, base } = destination(client, place);
  const named = namedModel(text, modelOf(client), place.named === undefined);
  const model = modelOf(client) ?? place.named ?? named.model;
  const target = new URL(base + place.below(model ?? ''));
  for (const [name, value] of url.searchParams) if (name !== 'key') target.searchParams.append(name, value);
  const init = { method: 'POST', headers: askedHeaders(headers), body: named.text, signal };
  const ask = () => upstream.fetch(client.caller, target, init);
  if (place.asks === 'answer') return await ask();

  if (!uncounting.has(upstream)) {
    try {
      return await ask();
    } catch (error) {
      if (!hasNoSuchPath(error)) throw error;
      uncounting.add(upstream);
    }
  }
  return estimatedCount(place.wire, named.text);
}

const PATHS =
  'There are /v1/chat/completions, /v1/responses, /v1/messages, /v1/models and /v1beta/models/MODEL:generateContent.';

const stale = () =>
  new FusionError('dispatch_stale', 'the token belongs to no task that is being worked on', {
    remedy: 'It ended with its task.',
  });

const modelOf = ({ model, upstream }: GatewayClient): string | undefined => model ?? upstream?.defaultModel;

/** @throws {FusionError} `bad_request` naming what the provider speaks */
function destination({ upstream }: GatewayClient, { wire }: Place): { upstream: Upstream; base: string } {
  if (!upstream) throw new FusionError('bad_request', 'the agent has no provider', { remedy: 'Give it one.' });
  const base = upstream.wires[wire];
  if (base !== undefined) return { upstream, base };
  const spoken = Object.keys(upstream.wires).join(', ') || 'none of the formats here';
  throw new FusionError('bad_request', `provider ${upstream.id} does not speak ${wire}; it speaks ${spoken}`, {
    remedy: 'Point the program at one of those, or give the agent another provider.',
  });
}

/** A path that a provider does not have is answered with 404 or 405, whatever that is called then. */
function hasNoSuchPath(error: unknown): boolean {
  const status = error instanceof FusionError ? error.details?.['status'] : undefined;
  return status === 404 || status === 405 || status === 501;
}

function answered({ status, headers, body }: Response, watch: Watch): Response {
  if (!body) watch.over();
  return new Response(body && watched(body, watch), { status, headers: answeredHeaders(headers) });
}
