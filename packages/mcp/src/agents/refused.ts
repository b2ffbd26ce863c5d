import type { FusionError } from '@fusion-kit/domain/errors';

/** Outside what the protocol and its implementations give meaning to. */
const REFUSED = -32_050;

/** A refusal of a whole request, in the form of errors that JSON-RPC has. */
export function refused({ status, code, message, remedy }: FusionError): Response {
  const error = { code: REFUSED, message: `${message}. ${remedy}`, data: { code, remedy } };
  const challenge = status === 401 ? { 'www-authenticate': `Bearer error="invalid_token"` } : {};
  return Response.json({ jsonrpc: '2.0', id: null, error }, { status, headers: challenge });
}
