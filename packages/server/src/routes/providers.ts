import type { OpenAPIHono } from '@hono/zod-openapi';
import { NewProvider, page, ProviderView } from '@fusion-kit/domain/api';
import { endpoint } from '../endpoint.ts';
import type { ServerOptions } from '../options.ts';

export function providerRoutes(app: OpenAPIHono, { providers }: ServerOptions): void {
  const list = { method: 'get', path: '/providers', summary: 'Lists providers and whether they can be used.' } as const;
  endpoint(app, { ...list, answer: page(ProviderView) }, async () => ({ items: await providers.list(), next: null }));

  const add = {
    method: 'post',
    path: '/providers',
    summary: 'Adds a provider; its key stays in the environment.',
  } as const;
  endpoint(app, { ...add, body: NewProvider, answer: ProviderView, status: 201 }, ({ body }) => providers.add(body));
}
