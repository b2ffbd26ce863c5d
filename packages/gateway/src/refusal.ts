import { ERRORS, type ErrorCode, type ErrorRow, FusionError } from '@fusion-kit/domain/errors';
import type { Wire } from '@fusion-kit/domain/ports/upstream';

/** Where the status is another to a client of a model's than to one of ours: 401 makes it ask its user to log in, so it is said of its own token only. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  dispatch_stale: 401,
  provider_key_missing: 403,
  provider_key_expired: 403,
  provider_refused_key: 403,
  model_unknown: 404,
};

/** The words of each format for a status; the first that is not above it in its hundred holds for the others. */
const TYPES: Readonly<Record<'openai' | 'anthropic' | 'gemini', Readonly<Record<number, string>>>> = {
  openai: {
    400: 'invalid_request_error',
    401: 'authentication_error',
    402: 'insufficient_quota',
    403: 'permission_error',
    404: 'not_found_error',
    429: 'rate_limit_error',
    500: 'server_error',
  },
  anthropic: {
    400: 'invalid_request_error',
    401: 'authentication_error',
    402: 'billing_error',
    403: 'permission_error',
    404: 'not_found_error',
    413: 'request_too_large',
    429: 'rate_limit_error',
    500: 'api_error',
    503: 'overloaded_error',
  },
  gemini: {
    400: 'INVALID_ARGUMENT',
    401: 'UNAUTHENTICATED',
    402: 'FAILED_PRECONDITION',
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    429: 'RESOURCE_EXHAUSTED',
    500: 'INTERNAL',
    502: 'UNAVAILABLE',
    503: 'UNAVAILABLE',
  },
};

/** An error as clients of a format read it, with the pause it asks for, and the word to leave it where trying again cannot help. */
export function refusal(wire: Wire, error: FusionError): Response {
  const status = statusOf(error);
  const headers = new Headers({ 'content-type': 'application/json' });
  if (error.retryAfterMs !== undefined) {
    headers.set('retry-after', String(Math.ceil(error.retryAfterMs / 1_000)));
    headers.set('retry-after-ms', String(error.retryAfterMs));
  }
  // Read by the clients that OpenAI and Anthropic make; others go by the status.
  const row: ErrorRow = ERRORS[error.code];
  headers.set('x-should-retry', String(status >= 429 && row.again !== 'never'));
  const message = error.message.endsWith(error.remedy) ? error.message : `${error.message}. ${error.remedy}`;
  return new Response(JSON.stringify(bodyOf(wire, status, error.code, message)), { status, headers });
}

function bodyOf(wire: Wire, status: number, code: ErrorCode, message: string): unknown {
  if (wire === 'gemini') return { error: { code: status, message, status: typeOf('gemini', status) } };
  if (wire === 'anthropic-messages') return { type: 'error', error: { type: typeOf('anthropic', status), message } };
  return { error: { message, type: typeOf('openai', status), param: null, code } };
}

/** What a provider said of the request itself is passed on: clients shorten a conversation that is too long. */
function statusOf(error: FusionError): number {
  const said = error.details?.['status'];
  if (error.code === 'provider_failed' && typeof said === 'number' && said >= 400 && said < 500) return said;
  return STATUS[error.code] ?? error.status;
}

const typeOf = (style: keyof typeof TYPES, status: number): string =>
  TYPES[style][status] ?? TYPES[style][status < 500 ? 400 : 500]!;
