import { asFusionError, FusionError, type Failure } from '@fusion-kit/domain/errors';
import type { Caller, Meter, ModelProtocol, ProviderStatus, Upstream } from '@fusion-kit/domain/ports/upstream';
import { attempt, type Attempt } from './attempt.ts';
import { catalogue } from './catalogue.ts';
import { systemClock, type Clock } from './clock.ts';
import { ledger } from './ledger.ts';
import { limiter } from './limiter.ts';
import { LIMITS, type Limits } from './limits.ts';
import { modelCall } from './model-call.ts';
import { providerGet } from './provider-get.ts';
import { remembered } from './remembered.ts';
import type { Trouble } from './trouble.ts';
import { untilAborted } from './until-aborted.ts';

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
  /** Without a slash at the end; `/models` is below it. */
  baseUrl: string;
  wires: Upstream['wires'];
  key: () => string | undefined;
  /** Where the key comes from, for people: `environment OPENROUTER_API_KEY`. */
  credential: string;
  keyRequired: boolean;
  defaultModel: string | undefined;
  meter: Meter;
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>;
  /** The question behind `check`, and what its answer says about money. */
  status: { path: string; remainingUsd(json: unknown): number | null };
}

type Prepared = Pick<Attempt, 'call' | 'book' | 'prices' | 'modelListed' | 'key' | 'signal'>;

/** An upstream over HTTP with a bearer key: the mechanism that every provider of the completions protocols shares. */
export function httpUpstream(options: HttpUpstreamOptions): Upstream {
  const { id, protocol, baseUrl, wires, key, meter, defaultModel } = options;
  const clock = options.clock ?? systemClock;
  const http = options.fetch ?? globalThis.fetch;
  const limits = { ...LIMITS, ...options.limits };
  const headers = options.headers ?? {};
  const gate = limiter(id, limits, clock);
  const get = providerGet({ provider: id, baseUrl, key, headers, http, clock });
  const offered = catalogue(get, clock);
  const destination = { provider: id, protocol, baseUrl: new URL(baseUrl), defaultModel, limits };

  const knownKey = () => {
    const secret = key();
    if (secret || !options.keyRequired) return secret;
    throw new FusionError('provider_key_missing', `${id} needs a key; there is none in ${options.credential}`);
  };

  /** How long to wait after the nth attempt failed; a limited provider is left alone by everybody. */
  const pause = (trouble: Trouble, attempts: number) => {
    const backoffMs = limits.backoffMs * 2 ** (attempts - 1) * (0.5 + Math.random() / 2);
    const waitMs = trouble.waitMs ?? Math.ceil(backoffMs);
    if (trouble.limited) gate.close(clock.now() + waitMs);
    return waitMs;
  };

  const brokeOff = (trouble: Trouble) => (trouble.again ? comeBack(trouble.error, pause(trouble, 1)) : trouble.error);

  const answer = async (prepared: Prepared): Promise<Response> => {
    const { book, signal } = prepared;

    for (let attempts = 1; ; attempts += 1) {
      const leave = await gate.enter(signal);
      let outcome: Response | Trouble;
      try {
        await book.reserve();
        signal.throwIfAborted();
        outcome = await attempt({ ...prepared, provider: id, http, limits, clock, leave, brokeOff });
      } catch (error) {
        leave();
        throw error;
      }
      if (outcome instanceof Response) {
        gate.open();
        return outcome;
      }
      if (outcome.mayHaveWorked) book.mayHaveWorked();
      if (!outcome.again) {
        leave();
        throw outcome.error;
      }
      // Before leaving, so that nobody slips in between the refusal and the pause it asks for.
      const waitMs = pause(outcome, attempts);
      leave();
      if (waitMs > limits.patienceMs) throw comeBack(outcome.error, waitMs, 'provider_limited');
      if (attempts >= limits.attempts) throw comeBack(outcome.error, waitMs);
      await clock.sleep(waitMs, signal);
    }
  };

  const inspect = async (): Promise<ProviderStatus> => {
    const checkedAt = clock.now();
    const known = { credential: options.credential, checkedAt };
    try {
      knownKey();
      const remainingUsd = options.status.remainingUsd(await get(options.status.path));
      if (remainingUsd === null || remainingUsd > 0) return { ok: true, remainingUsd, ...known };
      const spent = new FusionError('provider_credits', `the key for ${id} has nothing left to spend`);
      return { ok: false, remainingUsd, failure: spent.toJSON(), ...known };
    } catch (error) {
      return { ok: false, remainingUsd: null, failure: asFusionError(error).toJSON(), ...known };
    }
  };
  const status = remembered(clock, inspect, ({ ok }) => (ok ? STATUS_KEPT_MS : FAILURE_KEPT_MS));

  return {
    id,
    protocol,
    baseUrl,
    wires,
    defaultModel,
    async fetch(caller: Caller, input, init) {
      // Not through the signal of a new Request: that one follows its source only as long as the Request itself is alive.
      const signal = init?.signal ?? (input instanceof Request ? input.signal : new AbortController().signal);
      signal.throwIfAborted();
      const call = await modelCall(new Request(input, init), destination);
      const secret = knownKey();
      if (secret) call.headers.set('authorization', `Bearer ${secret}`);
      for (const [name, value] of Object.entries(headers)) call.headers.set(name, value);
      const { model: prices, listed: modelListed } = await untilAborted(offered.find(call.model), signal);
      const book = ledger({ meter, caller, call, provider: id, prices, key: secret });
      try {
        return await answer({ call, book, prices, modelListed, key: secret, signal });
      } catch (error) {
        await book.settle();
        throw error;
      }
    },
    async check(signal = new AbortController().signal) {
      try {
        return await untilAborted(status(key()), signal);
      } catch (error) {
        const stopped: Failure = new FusionError('provider_unreachable', `the check of ${id} was stopped`, {
          cause: error,
        }).toJSON();
        return {
          ok: false,
          credential: options.credential,
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

/** The same error, saying when another try is worth it. */
const comeBack = (error: FusionError, retryAfterMs: number, code = error.code) =>
  new FusionError(code, error.message, { details: error.details, cause: error.cause, retryAfterMs });
