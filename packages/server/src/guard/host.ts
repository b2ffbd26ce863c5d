import { FusionError } from '@fusion-kit/domain/errors';
import type { MiddlewareHandler } from 'hono';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Whether a host belongs to this server. Before it listens on a port only the name decides. */
function isOwn(host: string, names: readonly string[], port: number | undefined): boolean {
  const given = host.toLowerCase();
  return names.some((name) => {
    if (/:\d+$/.test(name)) return given === name;
    if (port === undefined) return given.replace(/:\d+$/, '') === name;
    return given === `${name}:${port}` || (port === 80 && given === name);
  });
}

/**
 * Refuses calls that a foreign page could have made: by a name of its own that it resolves to this machine (DNS rebinding; the Host header
 * then names it), or across origins (the browser then adds Origin).
 */
export function ownHostOnly(port: () => number | undefined, allowedHosts: readonly string[] = []): MiddlewareHandler {
  const names = [...LOOPBACK_NAMES, ...allowedHosts.map((name) => name.toLowerCase())];
  return async (context, next) => {
    const host = context.req.header('host') ?? new URL(context.req.url).host;
    if (!isOwn(host, names, port()))
      throw new FusionError('forbidden_host', `this server does not answer to the name ${host}`, { details: { host } });
    const origin = context.req.header('origin');
    const originHost = origin && /^https?:\/\/([^/]+)$/.exec(origin)?.[1];
    if (origin !== undefined && !(originHost && isOwn(originHost, names, port())))
      throw new FusionError('forbidden_origin', `pages of ${origin} may not call this server`, { details: { origin } });
    await next();
  };
}
