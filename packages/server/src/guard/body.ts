import { BODY_MAX_BYTES } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import type { MiddlewareHandler } from 'hono';

/** What is read of a refused body, so that its sender gets to read why. Whoever sends more is cut off. */
const DISCARDED_MAX_BYTES = 16 * BODY_MAX_BYTES;

/** Refuses bodies over the limit, announced or not. */
export function boundedBody(): MiddlewareHandler {
  return async (context, next) => {
    const { raw } = context.req;
    const announced = context.req.header('content-length');
    if (!raw.body || (announced !== undefined && Number(announced) <= BODY_MAX_BYTES)) return next();
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of raw.body) {
      size += chunk.length;
      if (size <= BODY_MAX_BYTES) chunks.push(chunk);
      else chunks.length = 0;
      if (size > DISCARDED_MAX_BYTES) break;
    }
    if (size > BODY_MAX_BYTES) {
      if (size > DISCARDED_MAX_BYTES) context.header('connection', 'close');
      throw new FusionError('body_too_large', `the body has more than ${BODY_MAX_BYTES} bytes`, {
        details: { limitBytes: BODY_MAX_BYTES },
      });
    }
    context.req.raw = new Request(raw, { method: raw.method, body: Buffer.concat(chunks) });
    return next();
  };
}
