import type { OpenAPIHono } from '@hono/zod-openapi';
import { Inbox } from '@fusion-kit/domain/api';
import { ProjectId, RunId } from '@fusion-kit/domain/ids';
import { inboxOf } from '@fusion-kit/domain/inbox';
import * as z from 'zod';
import { endpoint } from '../endpoint.ts';
import type { ServerOptions } from '../options.ts';

const InboxQuery = z.object({ project: ProjectId.optional(), run: RunId.optional() });

export function inboxRoutes(app: OpenAPIHono, { engine }: ServerOptions): void {
  const list = { method: 'get', path: '/inbox', summary: 'Lists what waits for a person, the longest first.' } as const;
  endpoint(app, { ...list, query: InboxQuery, answer: Inbox }, ({ query }) =>
    engine.read((world) => {
      const runs = [...world.all('runs')].filter(
        (run) =>
          (query.project === undefined || run.projectId === query.project) &&
          (query.run === undefined || run.id === query.run),
      );
      const items = runs.flatMap((run) => inboxOf(run, world.tasksOf(run.id)));
      return { items: items.toSorted((one, other) => one.since - other.since) };
    }),
  );
}
