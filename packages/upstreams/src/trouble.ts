import { FusionError, type ErrorCode } from '@fusion-kit/domain/errors';
import * as z from 'zod';
import { retryAfterMs } from './retry-after.ts';
import { withoutKeys } from './secrets.ts';

/** Why an attempt gave no answer, and whether another may. */
export interface Trouble {
  error: FusionError;
  again: boolean;
  /** How long the provider asks to be left alone; undefined when it does not say. */
  waitMs: number | undefined;
  /** The whole credential is limited, not this call. */
  limited: boolean;
  /** Whether the provider may have done (and billed) the work all the same. */
  mayHaveWorked: boolean;
}

const AGAIN = new Set([408, 429, 500, 502, 503, 504, 529]);
const MESSAGE_MAX = 500;

/** The error object of OpenRouter and OpenAI. OpenRouter puts the headers of the provider behind it into `metadata`. */
const ErrorBody = z.object({
  error: z.object({
    code: z.union([z.number(), z.string()]).nullish(),
    message: z.string().catch(''),
    type: z.string().nullish(),
    metadata: z
      .object({
        raw: z.unknown().optional(),
        reasons: z.array(z.unknown()).optional().catch(undefined),
        headers: z.record(z.string(), z.string()).optional().catch(undefined),
      })
      .nullish()
      .catch(undefined),
  }),
});
export type ErrorBody = z.infer<typeof ErrorBody>['error'];

/** The error that a body or an event of a stream carries, if it carries one. */
export const errorIn = (json: unknown): ErrorBody | undefined => ErrorBody.safeParse(json).data?.error;

export interface Refusal {
  provider: string;
  status: number;
  headers: Headers;
  body: ErrorBody | undefined;
  nowMs: number;
  key: string | undefined;
  /** Whether the provider lists the model that was asked for; undefined when its list is not known. */
  modelListed?: boolean | undefined;
}

/** A refusal over HTTP, or an error inside an answer of status 200, whose code then stands for the status. */
export function refused({ provider, status, headers, body, nowMs, key, modelListed }: Refusal): Trouble {
  const meaning = status >= 400 ? status : statusOf(body?.code);
  const said = new Headers(headers);
  for (const [name, value] of Object.entries(body?.metadata?.headers ?? {})) if (!said.has(name)) said.set(name, value);
  const waitMs = AGAIN.has(meaning) ? retryAfterMs(said, nowMs) : undefined;
  const message = body?.message ? `: ${withoutKeys(body.message, key).slice(0, MESSAGE_MAX)}` : '';
  return {
    error: new FusionError(codeOf(meaning, body, modelListed), `${provider} answered ${meaning}${message}`, {
      details: { status: meaning },
      retryAfterMs: waitMs,
    }),
    again: AGAIN.has(meaning),
    waitMs,
    limited: meaning === 429,
    mayHaveWorked: false,
  };
}

/** Nothing was answered: the network failed, or the provider was silent for too long. */
export function unreachable(provider: string, cause: unknown): Trouble {
  const code = networkCode(cause);
  return {
    error: new FusionError('provider_unreachable', `${provider} could not be reached (${code ?? reason(cause)})`, {
      cause,
    }),
    again: true,
    waitMs: undefined,
    limited: false,
    mayHaveWorked: code === undefined || !NEVER_SENT.has(code),
  };
}

function codeOf(status: number, body: ErrorBody | undefined, modelListed: boolean | undefined): ErrorCode {
  // OpenRouter's moderation also answers 403, with its reasons; the key is good then.
  if (status === 401 || (status === 403 && !body?.metadata?.reasons)) return 'provider_refused_key';
  if (status === 402) return 'provider_credits';
  if (status === 429) return 'provider_limited';
  // A 404 without the provider's own error body is a wrong base URL.
  if (status === 404 && body) return 'model_unknown';
  // OpenRouter answers 400 for a model it does not have.
  if (status === 400 && modelListed === false) return 'model_unknown';
  return 'provider_failed';
}

const STATUS_OF_WORD: Record<string, number> = {
  rate_limit_exceeded: 429,
  insufficient_quota: 402,
  invalid_api_key: 401,
  model_not_found: 404,
};

/** Codes are HTTP statuses at OpenRouter, words elsewhere and in OpenRouter's streams; an unknown word is a failure of the far side. */
function statusOf(code: number | string | null | undefined): number {
  const status = Number(code ?? Number.NaN);
  if (status >= 400 && status < 600) return status;
  return STATUS_OF_WORD[String(code)] ?? 502;
}

/** Failures before a byte of the request left this machine. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const CodedError = z.object({ code: z.string() });

/** The system's code, which `fetch` hides in the cause of its TypeError (and Happy Eyeballs in an AggregateError below). */
function networkCode(error: unknown): string | undefined {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const code = CodedError.safeParse(inner).data?.code;
    if (code !== undefined) return code;
    if (inner instanceof AggregateError) return networkCode(inner.errors[0]);
  }
  return undefined;
}

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));
