import { VERSION_HEADER } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import type { MiddlewareHandler } from 'hono';

/** Refuses clients of another version: they would misread what they get. A client that names none is on its own. */
export function sameVersionOnly(version: string): MiddlewareHandler {
  return async (context, next) => {
    const theirs = context.req.header(VERSION_HEADER);
    if (theirs !== undefined && theirs !== version)
      throw new FusionError('version_mismatch', `the server is version ${version}, the command ${theirs}`, {
        details: { server: version, client: theirs },
      });
    await next();
  };
}
