import type { OpenAPIHono } from '@hono/zod-openapi';
import { NewProvider, page, ProviderFindings, ProviderView } from '@fusion-kit/domain/api';
import * as z from 'zod';
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

  const params = z.object({ id: z.string() });
  const remove = { method: 'delete', path: '/providers/{id}', summary: 'Forgets a provider that was added.' } as const;
  endpoint(app, { ...remove, params, answer: ProviderView }, ({ params: { id } }) => providers.remove(id));

  const inspect = {
    method: 'get',
    path: '/providers/{id}/findings',
    summary: 'Tries whether a provider keeps the rules, without a call that costs anything.',
  } as const;
  endpoint(app, { ...inspect, params, answer: ProviderFindings }, ({ params: { id } }) => providers.inspect(id));
}
