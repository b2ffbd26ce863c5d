import { asFusionError, FusionError, type ErrorCode } from '@fusion-kit/domain/errors';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import type { Upstream } from '@fusion-kit/domain/ports/upstream';
import * as z from 'zod';
import { addressed, WIRES } from './wires/wires.ts';

/** Who steps in when a provider does not answer. */
export interface Fallback {
  upstream: Upstream;
  model: string;
}

/** Refusals that another provider, or another model, may not share. */
const STEP_IN: ReadonlySet<ErrorCode> = new Set([
  'provider_limited',
  'provider_down',
  'provider_unreachable',
  'provider_failed',
  'provider_credits',
  'provider_key_missing',
  'provider_key_expired',
  'provider_refused_key',
  'model_unknown',
]);
/** The request itself was refused; it would be elsewhere. */
const REQUEST_REFUSED = new Set<unknown>([400, 413, 422]);

const stepsIn = ({ code, details }: FusionError) =>
  STEP_IN.has(code) && !(code === 'provider_failed' && REQUEST_REFUSED.has(details?.['status']));

const Body = z.looseObject({ model: z.string().optional() });

/**
 * A provider with others behind it, asked in order when it refuses before an answer has begun. One that does not speak the request's format is
 * passed over. Each keeps a record of its own: the one that answers names the one it stands in for.
 *
 * @param fallbacks asked for at each call, and themselves without fallbacks
 */
export const withFallback = (first: Upstream, fallbacks: () => readonly Fallback[]): Upstream => ({
  ...first,
  async fetch(caller, input, init, instead) {
    const behind = fallbacks();
    if (behind.length === 0) return first.fetch(caller, input, init, instead);
    const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
    const request = new Request(input, init);
    const body = await request.text();
    const { method, headers } = request;
    const refusals: FusionError[] = [];
    const asked = async (answer: Promise<Response>) => {
      try {
        return await answer;
      } catch (thrown) {
        signal?.throwIfAborted();
        const error = asFusionError(thrown);
        if (!stepsIn(error)) throw error;
        refusals.push(error);
        return undefined;
      }
    };

    const answer = await asked(first.fetch(caller, request.url, { method, headers, body, signal }, instead));
    if (answer) return answer;
    for (const { upstream, model } of behind) {
      const elsewhere = readdressed({ url: new URL(request.url), body, from: first, to: upstream, model });
      if (!elsewhere) continue;
      const sent = { method, headers, body: elsewhere.body, signal };
      const found = await asked(upstream.fetch(caller, elsewhere.url, sent, `${first.id} ${elsewhere.modelBefore}`));
      if (found) return found;
    }
    throw soonest(refusals);
  },
});

interface Moving {
  url: URL;
  body: string;
  from: Upstream;
  to: Upstream;
  model: string;
}

/** The same request for another provider and model; undefined when that one does not speak its format. */
function readdressed({ url, body, from, to, model }: Moving) {
  const place = addressed(url, from.wires);
  const base = place && to.wires[place.wire];
  const json = Body.safeParse(parsedJson(body)).data;
  if (!place || !base || !json) return undefined;
  const path = WIRES[place.wire].retarget?.(place.path, model);
  return {
    url: `${base}${path ?? place.path}${url.search}`,
    body: path !== undefined ? body : JSON.stringify({ ...json, model }),
    modelBefore: place.target.model ?? json.model ?? from.defaultModel ?? 'its default model',
  };
}

/** What the first one said, to be tried again when the first of all is worth it. */
function soonest(refusals: readonly FusionError[]): FusionError {
  const [first = new FusionError('internal', 'nobody was asked')] = refusals;
  const waits = refusals.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  if (first.retryAfterMs === undefined || waits.length === 0) return first;
  const { code, message, details, cause } = first;
  return new FusionError(code, message, { details, cause, retryAfterMs: Math.min(...waits) });
}
