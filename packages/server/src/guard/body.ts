import { API_PREFIX, BODY_MAX_BYTES, WORKFLOW_BODY_MAX_BYTES } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import type { MiddlewareHandler } from 'hono';

/** What is read of a refused body beyond its limit, so that its sender gets to read why. Whoever sends more is cut off. */
const DISCARDED_MAX_BYTES = 16 * BODY_MAX_BYTES;
const WORKFLOW_FILES: ReadonlySet<string> = new Set([`${API_PREFIX}/workflows`, `${API_PREFIX}/workflows/validate`]);

/** Refuses bodies over the limit, announced or not. */
export function boundedBody(): MiddlewareHandler {
  return async (context, next) => {
    const { raw } = context.req;
    const limitBytes = WORKFLOW_FILES.has(context.req.path) ? WORKFLOW_BODY_MAX_BYTES : BODY_MAX_BYTES;
    const announced = context.req.header('content-length');
    if (!raw.body || (announced !== undefined && Number(announced) <= limitBytes)) return next();
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of raw.body) {
      size += chunk.length;
      if (size <= limitBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (size > limitBytes + DISCARDED_MAX_BYTES) break;
    }
    if (size > limitBytes) {
      if (size > limitBytes + DISCARDED_MAX_BYTES) context.header('connection', 'close');
      throw new FusionError('body_too_large', `the body has more than ${limitBytes} bytes`, {
        details: { limitBytes },
      });
    }
    context.req.raw = new Request(raw, { method: raw.method, body: Buffer.concat(chunks) });
    return next();
  };
}
