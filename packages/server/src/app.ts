import { OpenAPIHono } from '@hono/zod-openapi';
import { API_PREFIX } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import { errorHandler, refuseUnfit } from './error-answer.ts';
import { boundedBody } from './guard/body.ts';
import { ownHeaders } from './guard/headers.ts';
import { ownHostOnly } from './guard/host.ts';
import { tokenCheck, tokenOnly } from './guard/token.ts';
import { sameVersionOnly } from './guard/version.ts';
import { documentRoute } from './openapi.ts';
import type { ServerOptions } from './options.ts';
import { pageRoutes } from './page.ts';
import { agentRoutes } from './routes/agents.ts';
import { blobRoutes } from './routes/blobs.ts';
import { eventRoutes } from './routes/events.ts';
import { houseRoutes } from './routes/house.ts';
import { inboxRoutes } from './routes/inbox.ts';
import { messageRoutes } from './routes/messages.ts';
import { projectRoutes } from './routes/projects.ts';
import { providerRoutes } from './routes/providers.ts';
import { runRoutes } from './routes/runs.ts';
import { runtimeRoutes } from './routes/runtimes.ts';
import { taskRoutes } from './routes/tasks.ts';
import { workflowRoutes } from './routes/workflows.ts';
import { type EventSockets, eventSockets } from './stream/event-sockets.ts';
import { routesOf, unknownRoute } from './unknown-route.ts';

/** What changes while the server lives. */
export interface Listening {
  port: number | undefined;
  stopping: boolean;
}

const HEALTH = `${API_PREFIX}/health`;
const SHUTDOWN = `${API_PREFIX}/shutdown`;

/** The whole app: guards from the outside in, then the routes, then the page. */
export function buildApp(options: ServerOptions, listening: Listening): { app: OpenAPIHono; sockets: EventSockets } {
  const log = options.log ?? (() => {});
  const isTrusted = tokenCheck(options.token);
  const tokenGuard = tokenOnly(isTrusted);
  const versionGuard = sameVersionOnly(options.version);

  const app = new OpenAPIHono({
    defaultHook: (result, context) => {
      if (!result.success) refuseUnfit(result.target, result.error, context);
    },
  });
  app.onError(errorHandler(log));
  app.notFound(unknownRoute(() => routesOf(app)));

  app.use(ownHeaders(options.version));
  app.use(ownHostOnly(() => listening.port, options.allowedHosts));
  app.use(async (_context, next) => {
    if (listening.stopping) throw new FusionError('shutting_down', 'the server is stopping');
    await next();
  });
  for (const guarded of [`${API_PREFIX}/*`, '/ws/*']) {
    app.use(guarded, (context, next) => (context.req.path === HEALTH ? next() : tokenGuard(context, next)));
    // A command of another version must be able to see and to stop this server.
    app.use(guarded, (context, next) =>
      context.req.path === HEALTH || context.req.path === SHUTDOWN ? next() : versionGuard(context, next),
    );
  }
  app.use(boundedBody());

  projectRoutes(app, options);
  agentRoutes(app, options);
  taskRoutes(app, options);
  workflowRoutes(app, options);
  runRoutes(app, options);
  inboxRoutes(app, options);
  messageRoutes(app, options);
  eventRoutes(app, options);
  providerRoutes(app, options);
  runtimeRoutes(app, options);
  blobRoutes(app, options);
  houseRoutes(app, options, isTrusted);
  documentRoute(app);
  const sockets = eventSockets(app, options, log);
  if (options.dashboardDir !== undefined) pageRoutes(app, options.dashboardDir);
  return { app, sockets };
}
