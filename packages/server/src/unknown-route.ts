import { FusionError } from '@fusion-kit/domain/errors';
import type { Hono, NotFoundHandler } from 'hono';

interface Route {
  method: string;
  path: string;
}

/** Every route with a method of its own, as the framework knows them. */
export const routesOf = (app: Pick<Hono, 'routes'>): Route[] =>
  app.routes.filter((route) => route.method !== 'ALL' && !route.path.includes('*'));

const fits = (pattern: string, path: string): boolean => {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return wanted.length === given.length && wanted.every((word, at) => word.startsWith(':') || word === given[at]);
};

/** Tells a path that does not exist from one that exists for other methods, and names those. */
export function unknownRoute(routes: () => readonly Route[]): NotFoundHandler {
  return (context) => {
    const { method, path } = context.req;
    const allowed = [...new Set(routes().flatMap((route) => (fits(route.path, path) ? [route.method] : [])))];
    if (allowed.length === 0) throw new FusionError('route_unknown', `there is nothing at ${path}`);
    context.header('allow', allowed.join(', '));
    throw new FusionError('method_not_allowed', `${path} does not take ${method}, but ${allowed.join(', ')}`, {
      details: { allowed },
    });
  };
}
