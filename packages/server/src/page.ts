import { serveStatic } from '@hono/node-server/serve-static';
import type { Hono, MiddlewareHandler } from 'hono';

const FOREVER = 'public, max-age=31536000, immutable';

/**
 * Serves the built page: files as they are, and `index.html` for every other address that a person can open, since the page finds its way by
 * itself. Only names that the build made from their content may be kept by a browser.
 */
export function pageRoutes(app: Pick<Hono, 'get'>, dashboardDir: string): void {
  const files = serveStatic({
    root: dashboardDir,
    onFound: (path, context) => context.header('cache-control', /[\\/]assets[\\/]/.test(path) ? FOREVER : 'no-store'),
  });
  const index = serveStatic({ root: dashboardDir, path: 'index.html' });
  const outsideApi =
    (serve: MiddlewareHandler): MiddlewareHandler =>
    (context, next) =>
      /^\/(api|ws)(\/|$)/.test(context.req.path) ? next() : serve(context, next);
  // An address with a file's ending is a file that is missing, not a place on the page.
  const place: MiddlewareHandler = (context, next) =>
    /\.[a-z0-9]+$/i.test(context.req.path) ? next() : index(context, next);
  app.get('*', outsideApi(files), outsideApi(place));
}
