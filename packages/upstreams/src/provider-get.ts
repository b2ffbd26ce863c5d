import { FusionError } from '@fusion-kit/domain/errors';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import type { Clock } from './clock.ts';
import type { KeySource } from './key-source.ts';
import { errorIn, refused, type Trouble, unreachable } from './trouble.ts';

/** Longest time for a question that costs nothing. */
const GET_TIMEOUT_MS = 15_000;
/** When to ask again after a failure that may pass, unless the provider says. */
const ASK_AGAIN_MS = 15_000;

export interface GetOptions {
  provider: string;
  baseUrl: string;
  credential: KeySource;
  authorize: (key: string) => Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string>>;
  http: typeof globalThis.fetch;
  clock: Clock;
}

/** Asks the provider something that costs nothing: once, without a retry. @throws {FusionError} `provider_*`; with `retryAfterMs` when it may pass */
export const providerGet =
  ({ provider, baseUrl, credential, authorize, headers, http, clock }: GetOptions) =>
  async (path: string): Promise<unknown> => {
    const { key: secret } = await credential.find();
    try {
      const response = await http(`${baseUrl}${path}`, {
        headers: { ...headers, ...(secret && authorize(secret)) },
        redirect: 'manual',
        signal: AbortSignal.timeout(GET_TIMEOUT_MS),
      });
      const json = parsedJson(await response.text());
      const body = errorIn(json);
      if (response.ok && !body && json !== undefined) return json;
      const trouble = refused({
        provider,
        status: response.status,
        headers: response.headers,
        body,
        nowMs: clock.now(),
        key: secret,
      });
      throw comeBack(trouble);
    } catch (error) {
      if (error instanceof FusionError) throw error;
      throw comeBack(unreachable(provider, error));
    }
  };

const comeBack = ({ error, again, waitMs }: Trouble): FusionError =>
  again
    ? new FusionError(error.code, error.message, {
        details: error.details,
        cause: error.cause,
        retryAfterMs: waitMs ?? ASK_AGAIN_MS,
      })
    : error;
