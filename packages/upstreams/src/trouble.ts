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
  /** The provider does not work at present, whoever asks; one that fails at this request (500) may well answer others. */
  down: boolean;
  /** It has too much to do, with this credential or altogether. */
  overloaded: boolean;
  /** Whether the provider may have done (and billed) the work all the same. */
  mayHaveWorked: boolean;
}

const AGAIN = new Set([408, 429, 500, 502, 503, 504, 529]);
const DOWN = new Set([502, 503, 504, 529]);
const OVERLOADED = new Set([429, 503, 529]);
const MESSAGE_MAX = 500;

/**
 * The error object of OpenRouter, OpenAI (`code` and `type` are words), Anthropic (`type`) and Google (`status` is a word, `details` a list).
 * OpenRouter puts the headers of the provider behind it into `metadata`.
 */
const ErrorBody = z.object({
  code: z.union([z.number(), z.string()]).nullish().catch(undefined),
  message: z.string().catch(''),
  type: z.string().nullish().catch(undefined),
  status: z.string().nullish().catch(undefined),
  details: z
    .array(z.object({ reason: z.string().optional(), retryDelay: z.string().optional() }))
    .optional()
    .catch(undefined),
  metadata: z
    .object({
      raw: z.unknown().optional(),
      reasons: z.array(z.unknown()).optional().catch(undefined),
      headers: z.record(z.string(), z.string()).optional().catch(undefined),
    })
    .nullish()
    .catch(undefined),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** An answer with an error in it, or a list of one (Google's streams without events). Ollama's error is a text. */
const WithError = z.object({ error: z.union([ErrorBody, z.string().min(1)]) });
const FailedResponse = z.object({ type: z.literal('response.failed'), response: WithError });
/** OpenAI's responses carry the error of a stream in the event itself. */
const ErrorEvent = ErrorBody.extend({ type: z.literal('error'), message: z.string() });
const Failing = z.union([
  WithError,
  z.tuple([WithError]).transform(([only]) => only),
  FailedResponse.transform(({ response }) => response),
  ErrorEvent.transform(({ type: _event, ...error }) => ({ error })),
]);

/** The error that a body or an event of a stream carries, if it carries one. */
export function errorIn(json: unknown): ErrorBody | undefined {
  const error = Failing.safeParse(json).data?.error;
  return typeof error === 'string' ? { message: error } : error;
}

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
  const meaning = meaningOf(status, body);
  const said = new Headers(headers);
  for (const [name, value] of Object.entries(body?.metadata?.headers ?? {})) if (!said.has(name)) said.set(name, value);
  const waitMs = AGAIN.has(meaning) ? (retryAfterMs(said, nowMs) ?? delayIn(body)) : undefined;
  const message = body?.message ? `: ${withoutKeys(body.message, key).slice(0, MESSAGE_MAX)}` : '';
  return {
    error: new FusionError(codeOf(meaning, body, modelListed), `${provider} answered ${meaning}${message}`, {
      details: { status: meaning },
      retryAfterMs: waitMs,
    }),
    again: AGAIN.has(meaning),
    waitMs,
    limited: meaning === 429,
    down: DOWN.has(meaning),
    overloaded: OVERLOADED.has(meaning),
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
    down: true,
    overloaded: false,
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

/** What providers' words for errors mean as statuses of HTTP. */
const STATUS_OF_WORD: Readonly<Record<string, number>> = {
  rate_limit_exceeded: 429,
  rate_limit_error: 429,
  RESOURCE_EXHAUSTED: 429,
  insufficient_quota: 402,
  billing_hard_limit_reached: 402,
  billing_error: 402,
  invalid_api_key: 401,
  authentication_error: 401,
  API_KEY_INVALID: 401,
  UNAUTHENTICATED: 401,
  permission_error: 403,
  PERMISSION_DENIED: 403,
  model_not_found: 404,
  not_found_error: 404,
  NOT_FOUND: 404,
  invalid_request_error: 400,
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  request_too_large: 413,
  server_error: 500,
  api_error: 500,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  timeout_error: 504,
  DEADLINE_EXCEEDED: 504,
  overloaded_error: 529,
};
/** Words that say more than the status they come with: OpenAI answers 429 when the credit is used up, Google 400 when the key is wrong. */
const SAYS_MORE: ReadonlySet<string> = new Set([
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_error',
  'API_KEY_INVALID',
]);

/** The status that an answer stands for, whatever status it came with. An unknown word is a failure of the far side. */
function meaningOf(status: number, body: ErrorBody | undefined): number {
  const words = [...(body?.details ?? []).map(({ reason: word }) => word), body?.code, body?.type, body?.status]
    .filter((word) => word !== undefined && word !== null)
    .map(String);
  const more = words.find((word) => SAYS_MORE.has(word));
  if (more !== undefined) return STATUS_OF_WORD[more] ?? status;
  if (status >= 400) return status;
  // OpenRouter's and Google's codes are statuses of HTTP.
  const code = words.map(Number).find((number) => number >= 400 && number < 600);
  return code ?? words.map((word) => STATUS_OF_WORD[word]).find((known) => known !== undefined) ?? 502;
}

/** Google's word for how long to wait: `34.07s`. */
function delayIn(body: ErrorBody | undefined): number | undefined {
  const delay = body?.details?.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay;
  const seconds = Number(/^(\d+(?:\.\d+)?)s$/.exec(delay ?? '')?.[1] ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.ceil(seconds * 1_000) : undefined;
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
