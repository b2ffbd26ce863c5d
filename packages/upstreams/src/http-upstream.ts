import { asFusionError, FusionError, type Failure } from '@fusion-kit/domain/errors';
import type { Caller, Meter, ModelProtocol, ProviderStatus, Upstream } from '@fusion-kit/domain/ports/upstream';
import { attempt, type Attempt } from './attempt.ts';
import { catalogue, type Listing } from './catalogue.ts';
import { systemClock, type Clock } from './clock.ts';
import type { KeySource } from './key-source.ts';
import { ledger } from './ledger.ts';
import { later, limiter, type Place } from './limiter.ts';
import { LIMITS, type Limits } from './limits.ts';
import { modelCall } from './model-call.ts';
import { providerGet } from './provider-get.ts';
import { remembered } from './remembered.ts';
import type { Trouble } from './trouble.ts';
import { untilAborted } from './until-aborted.ts';
import type { Prices } from './usage.ts';

const STATUS_KEPT_MS = 60_000;
/** A failure is remembered only long enough that many agents starting together ask once. */
const FAILURE_KEPT_MS = 5_000;

/** Parts that differ in tests and on odd networks. */
export interface HttpUpstreamParts {
  clock?: Clock;
  fetch?: typeof globalThis.fetch;
  limits?: Partial<Limits>;
}

export interface HttpUpstreamOptions extends HttpUpstreamParts {
  id: string;
  protocol: ModelProtocol;
  /** Without a slash at the end; the list of models is below it. */
  baseUrl: string;
  wires: Upstream['wires'];
  credential: KeySource;
  keyRequired: boolean;
  /** The headers that carry the key; a bearer token unless said otherwise. */
  authorize?: (key: string) => Readonly<Record<string, string>>;
  defaultModel: string | undefined;
  meter: Meter;
  /** Sent with every request, unless the client says otherwise. */
  headers?: Readonly<Record<string, string>>;
  listing: Listing;
  /** What models cost whose price the list does not tell. */
  prices?: (model: string) => Promise<Prices | undefined>;
  /** The question behind `check`, and what its answer says about money. */
  status: { path: string; remainingUsd(json: unknown): number | null };
}

type Prepared = Pick<Attempt, 'call' | 'book' | 'prices' | 'modelListed' | 'key' | 'signal'>;

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** An upstream over HTTP: the mechanism that every provider shares, whichever wires it speaks. */
export function httpUpstream(options: HttpUpstreamOptions): Upstream {
  const { id, protocol, baseUrl, wires, credential, meter, defaultModel, authorize = bearer } = options;
  const clock = options.clock ?? systemClock;
  const http = options.fetch ?? globalThis.fetch;
  const limits = { ...LIMITS, ...options.limits };
  const headers = options.headers ?? {};
  const gate = limiter(id, limits, clock);
  const get = providerGet({ provider: id, baseUrl, credential, authorize, headers, http, clock });
  const offered = catalogue(get, options.listing, clock);
  const destination = {
    provider: id,
    wires,
    defaultModel,
    limits,
    usageOnRequest: protocol !== 'openrouter',
    completionCap: protocol === 'openai',
  };
  /** The key that was last answered to: when it is refused, it has run out or was withdrawn. */
  let worked: { key: string | undefined } | undefined;

  const knownKey = async () => {
    const { key, origin } = await credential.find();
    if (key || !options.keyRequired) return key;
    throw new FusionError('provider_key_missing', `${id} needs a key; there is none in ${origin}`);
  };

  /** What a status is remembered under: another key is another status. */
  const keyName = async () => (await credential.find().catch(() => undefined))?.key;

  const pricesOf = async (model: string) => {
    const { model: known, listed } = await offered.find(model);
    const priced = known && known.inputUsd !== null ? known : await options.prices?.(model);
    return { prices: priced ?? known, modelListed: listed };
  };

  /** How long to wait after the nth attempt failed, and why, when the provider is left alone meanwhile. */
  const pause = (
    trouble: Trouble,
    attempts: number,
    place: Place,
  ): { waitMs: number; down?: FusionError | undefined } => {
    const backoffMs = Math.ceil(limits.backoffMs * 2 ** (attempts - 1) * (0.5 + Math.random() / 2));
    const waitMs = Math.max(trouble.waitMs ?? 0, backoffMs);
    if (trouble.overloaded) gate.narrow(place);
    if (trouble.limited || (trouble.overloaded && trouble.waitMs !== undefined))
      gate.shut(clock.now() + waitMs, new FusionError('provider_limited', trouble.error.message, trouble.error));
    else if (trouble.down) return { waitMs, down: gate.failed(trouble.error) };
    return { waitMs };
  };

  const brokeOff = ({ error, ...trouble }: Trouble, place: Place) => {
    const { code, message, cause } = error;
    const waitMs = trouble.again ? pause({ error, ...trouble }, 1, place).waitMs : undefined;
    return new FusionError(code, message, {
      cause,
      details: { ...error.details, brokeOff: trouble.again },
      retryAfterMs: waitMs,
    });
  };

  const hasWorked = async (key: string | undefined): Promise<boolean> =>
    worked && worked.key === key ? true : key !== undefined && (await credential.worked?.has(key)) === true;

  const answered = (key: string | undefined) => {
    if (key !== undefined && worked?.key !== key) credential.worked?.add(key);
    worked = { key };
  };

  /** What only a person can mend is asked again later: a call loses nothing by it, and the work goes on by itself. */
  const refusal = async (error: FusionError, secret: string | undefined) => {
    if (error.code === 'provider_credits') return later(error, limits.personMs);
    if (error.code !== 'provider_refused_key' || !(await hasWorked(secret))) return error;
    const { message, details } = error;
    return new FusionError('provider_key_expired', message, { details, retryAfterMs: limits.personMs });
  };

  const answer = async (prepared: Prepared): Promise<Response> => {
    const { book, signal } = prepared;

    let waitedMs = 0;

    for (let attempts = 1; ; attempts += 1) {
      const place = await gate.enter(signal);
      let outcome: Response | Trouble;
      try {
        await book.reserve();
        signal.throwIfAborted();
        outcome = await attempt({ ...prepared, provider: id, http, limits, clock, place, brokeOff });
      } catch (error) {
        place.leave();
        const waitMs = heldForMs(error);
        waitedMs += waitMs ?? 0;
        if (waitMs === undefined || waitedMs > limits.patienceMs) throw error;
        await clock.sleep(waitMs, signal);
        attempts -= 1; // nothing was sent
        continue;
      }
      if (outcome instanceof Response) {
        answered(prepared.key);
        gate.answered();
        return outcome;
      }
      if (outcome.mayHaveWorked) book.mayHaveWorked();
      if (!outcome.again) {
        place.leave();
        throw await refusal(outcome.error, prepared.key);
      }
      // Before leaving, so that nobody slips in between the refusal and the pause it asks for.
      const { waitMs, down } = pause(outcome, attempts, place);
      place.leave();
      if (waitMs > limits.patienceMs) throw later(coded(outcome.error, 'provider_limited'), waitMs);
      if (down?.retryAfterMs !== undefined && down.retryAfterMs > limits.patienceMs) throw down;
      if (attempts >= limits.attempts) throw down ?? later(outcome.error, waitMs);
      await clock.sleep(waitMs, signal);
    }
  };

  const inspect = async (): Promise<ProviderStatus> => {
    const checkedAt = clock.now();
    const known = { credential: await originOf(credential), checkedAt };
    try {
      await knownKey();
      const remainingUsd = options.status.remainingUsd(await get(options.status.path));
      if (remainingUsd === null || remainingUsd > 0) return { ok: true, remainingUsd, ...known };
      const spent = new FusionError('provider_credits', `the key for ${id} has nothing left to spend`);
      return { ok: false, remainingUsd, failure: spent.toJSON(), ...known };
    } catch (thrown) {
      const error = await refusal(asFusionError(thrown), await keyName());
      return { ok: false, remainingUsd: null, failure: error.toJSON(), ...known };
    }
  };
  const status = remembered(clock, inspect, ({ ok }) => (ok ? STATUS_KEPT_MS : FAILURE_KEPT_MS));

  return {
    id,
    protocol,
    baseUrl,
    wires,
    defaultModel,
    async fetch(caller: Caller, input, init, instead) {
      // Not through the signal of a new Request: that one follows its source only as long as the Request itself is alive.
      const signal = init?.signal ?? (input instanceof Request ? input.signal : new AbortController().signal);
      signal.throwIfAborted();
      const call = await modelCall(new Request(input, init), destination);
      const secret = await knownKey();
      for (const [name, value] of Object.entries(headers)) if (!call.headers.has(name)) call.headers.set(name, value);
      for (const [name, value] of Object.entries(secret ? authorize(secret) : {})) call.headers.set(name, value);
      const { prices, modelListed } = await untilAborted(pricesOf(call.model), signal);
      const book = ledger({ meter, caller, call, provider: id, prices, key: secret, insteadOf: instead });
      try {
        return await answer({ call, book, prices, modelListed, key: secret, signal });
      } catch (error) {
        await book.settle();
        throw error;
      }
    },
    async check(signal = new AbortController().signal) {
      try {
        return await untilAborted(keyName().then(status), signal);
      } catch (error) {
        const stopped: Failure = new FusionError('provider_unreachable', `the check of ${id} was stopped`, {
          cause: error,
        }).toJSON();
        return {
          ok: false,
          credential: await originOf(credential),
          remainingUsd: null,
          checkedAt: clock.now(),
          failure: stopped,
        };
      }
    },
    async models(signal = new AbortController().signal) {
      return untilAborted(offered.models(), signal);
    },
  };
}

const coded = (error: FusionError, code: FusionError['code']) =>
  new FusionError(code, error.message, { details: error.details, cause: error.cause });

/** When to ask again for budget that is only held by other calls. */
const heldForMs = (error: unknown): number | undefined =>
  error instanceof FusionError && error.code === 'budget_held' ? error.retryAfterMs : undefined;

const originOf = async (credential: KeySource) =>
  (await credential.find().catch(() => undefined))?.origin ?? 'unusable';
