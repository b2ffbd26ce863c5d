import { createHash, timingSafeEqual } from 'node:crypto';
import { TOKEN_SUBPROTOCOL_PREFIX } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Context, MiddlewareHandler } from 'hono';

const digest = (text: string) => createHash('sha256').update(text).digest();

function tokenOf(context: Context): string | undefined {
  const header = context.req.header('authorization');
  if (header !== undefined) return /^Bearer +(\S+)$/i.exec(header)?.[1];
  return context.req
    .header('sec-websocket-protocol')
    ?.split(',')
    .map((offered) => offered.trim())
    .find((offered) => offered.startsWith(TOKEN_SUBPROTOCOL_PREFIX))
    ?.slice(TOKEN_SUBPROTOCOL_PREFIX.length);
}

/** Whether a request carries the token: in `Authorization`, or among the subprotocols that a browser's WebSocket offers. */
export type IsTrusted = (context: Context) => boolean;

export function tokenCheck(token: string): IsTrusted {
  const expected = digest(token);
  return (context) => {
    const given = tokenOf(context);
    // Digests have one length and are compared in constant time, so that the time of a refusal tells nothing about the token.
    return given !== undefined && timingSafeEqual(digest(given), expected);
  };
}

/** Refuses requests without the token. */
export function tokenOnly(isTrusted: IsTrusted): MiddlewareHandler {
  return async (context, next) => {
    if (!isTrusted(context)) throw new FusionError('unauthorized', 'the request carries no valid token');
    await next();
  };
}
