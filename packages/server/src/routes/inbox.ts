import type { OpenAPIHono } from '@hono/zod-openapi';
import { Inbox, InboxQuery } from '@fusion-kit/domain/api';
import { inboxOf } from '@fusion-kit/domain/inbox';
import { endpoint } from '../endpoint.ts';
import type { ServerOptions } from '../options.ts';

export function inboxRoutes(app: OpenAPIHono, { engine }: ServerOptions): void {
  const list = {
    method: 'get',
    path: '/inbox',
    summary: 'Lists what waits for a person: what goes on when somebody acts first, then what failed.',
  } as const;
  endpoint(app, { ...list, query: InboxQuery, answer: Inbox }, ({ query: { project, run: runId, limit } }) =>
    engine.read((world) => {
      const runs = [...world.all('runs')].filter(
        (run) => (project === undefined || run.projectId === project) && (runId === undefined || run.id === runId),
      );
      const items = inboxOf(world, runs);
      return { items: items.slice(0, limit), more: Math.max(0, items.length - limit) };
    }),
  );
}
