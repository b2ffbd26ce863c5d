import type { OpenAPIHono } from '@hono/zod-openapi';
import { EventQuery, EventView, page } from '@fusion-kit/domain/api';
import { EVENT_TYPES, type EventType } from '@fusion-kit/domain/event';
import { didYouMean } from '@fusion-kit/domain/nearest';
import { endpoint, present, refused } from '../endpoint.ts';
import { eventPage } from '../event-page.ts';
import type { ServerOptions } from '../options.ts';

function typesOf(given: string): EventType[] {
  return given.split(',').map((word) => {
    const type = EVENT_TYPES.find((known) => known === word.trim());
    if (!type) throw refused(`there is no event type ${word.trim()}${didYouMean(word.trim(), EVENT_TYPES)}`, 'type');
    return type;
  });
}

export function eventRoutes(app: OpenAPIHono, { engine }: ServerOptions): void {
  const list = { method: 'get', path: '/events', summary: 'Searches the log.' } as const;
  endpoint(app, { ...list, query: EventQuery, answer: page(EventView) }, async ({ query }) => {
    const { type, severity, agent: agentId, task: taskId, run: runId, project: projectId, since } = query;
    const filter = present({
      types: type === undefined ? undefined : typesOf(type),
      severities: severity === undefined ? undefined : [severity],
      agentId,
      taskId,
      runId,
      projectId,
      since: since === undefined ? undefined : Date.parse(since),
    });
    return eventPage(engine, filter, query);
  });
}
