import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { API_PREFIX, ErrorBody } from '@fusion-kit/domain/api';
import { BlobRef } from '@fusion-kit/domain/text';
import * as z from 'zod';
import type { ServerOptions } from '../options.ts';

const route = createRoute({
  method: 'get',
  path: `${API_PREFIX}/blobs/{digest}`,
  summary: 'The whole of a text that an event shows the beginning of.',
  request: { params: z.object({ digest: BlobRef.shape.blob }) },
  responses: {
    200: { description: 'Done', content: { 'text/plain': { schema: z.string() } } },
    default: { description: 'Refused or failed', content: { 'application/json': { schema: ErrorBody } } },
  },
});

export function blobRoutes(app: OpenAPIHono, { engine }: ServerOptions): void {
  app.openapi(route, async (context) => {
    const text = await engine.blobs.get(context.req.valid('param').digest);
    // Named by its content, so it never changes; private, since it needs the token.
    context.header('cache-control', 'private, max-age=31536000, immutable');
    return context.text(text, 200);
  });
}
