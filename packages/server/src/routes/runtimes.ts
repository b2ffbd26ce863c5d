import type { OpenAPIHono } from '@hono/zod-openapi';
import { page } from '@fusion-kit/domain/api';
import { RuntimeQuery, RuntimeView } from '@fusion-kit/domain/runtime-view';
import { endpoint } from '../endpoint.ts';
import type { ServerOptions } from '../options.ts';

export function runtimeRoutes(app: OpenAPIHono, { runtimes }: ServerOptions): void {
  const list = {
    method: 'get',
    path: '/runtimes',
    summary: 'Lists the ways that agents may work, and which of them this machine is ready for.',
  } as const;
  endpoint(app, { ...list, query: RuntimeQuery, answer: page(RuntimeView) }, async ({ query }) => ({
    items: await runtimes.list(query.provider),
    next: null,
  }));
}
