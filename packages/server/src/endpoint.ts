import { createHash } from 'node:crypto';
import { createRoute, type OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import { API_PREFIX, ErrorBody } from '@fusion-kit/domain/api';
import { KeyedReply } from '@fusion-kit/domain/entry';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Idempotency } from '@fusion-kit/engine/engine';
import type { Context } from 'hono';
import * as z from 'zod';

/** One route of the API: what it takes and answers. Document, checks and types all come from here. */
export interface Endpoint<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** Below the prefix, e.g. `/agents/{id}`. */
  path: string;
  summary: string;
  params?: Params;
  query?: Query;
  body?: Body;
  answer: Answer;
  status?: 200 | 201 | 202;
}

/** What a handler gets, checked. */
export interface Asked<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  /** Present when the client may send this POST twice. */
  idempotency: Idempotency | undefined;
  context: Context;
}

type None = z.ZodType<undefined>;
const IdempotencyHeader = z.object({ 'idempotency-key': KeyedReply.shape.key.optional() });

/** Adds a route whose handler gets checked input and returns the answer. */
export function endpoint<
  Answer extends z.ZodType,
  Params extends z.ZodType = None,
  Query extends z.ZodType = None,
  Body extends z.ZodType = None,
>(
  app: OpenAPIHono,
  shape: Endpoint<Params, Query, Body, Answer>,
  handle: (asked: Asked<z.output<Params>, z.output<Query>, z.output<Body>>) => Promise<z.output<Answer>>,
): void {
  const { method, params, query, body, answer, status = 200 } = shape;
  const route: RouteConfig = createRoute({
    method,
    path: `${API_PREFIX}${shape.path}`,
    summary: shape.summary,
    request: {
      ...(params && { params: params as unknown as z.ZodObject }),
      // A misspelled filter would answer everything, so it is refused.
      ...(query instanceof z.ZodObject && { query: query.strict() }),
      ...(method === 'post' && { headers: IdempotencyHeader }),
      ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: {
      [status]: { description: 'Done', content: { 'application/json': { schema: answer } } },
      default: { description: 'Refused or failed', content: { 'application/json': { schema: ErrorBody } } },
    },
  });
  app.openapi(route, async (context: Context) => {
    const checked = (target: 'param' | 'query' | 'json') => context.req.valid(target as never) as unknown;
    const reply = await handle({
      params: (params && checked('param')) as z.output<Params>,
      query: (query && checked('query')) as z.output<Query>,
      body: (body && checked('json')) as z.output<Body>,
      idempotency: method === 'post' ? await idempotencyOf(context) : undefined,
      context,
    });
    return context.json(reply as object, status);
  });
}

/** The key of a request that may be sent twice, and a digest that tells a repetition from another request. */
async function idempotencyOf(context: Context): Promise<Idempotency | undefined> {
  const key = context.req.header('idempotency-key');
  if (key === undefined) return undefined;
  const digest = createHash('sha256')
    .update(`${context.req.method}\n${context.req.path}\n`)
    .update(await context.req.text())
    .digest('hex');
  return { key, digest };
}

/** Path parameters of one id. */
export const idParams = <Id extends z.ZodType>(id: Id) => z.object({ id });

/** Optional fields without the undefined ones: JSON has none, and the commands' types want none. */
export const present = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };

export const refused = (message: string, field: string): FusionError =>
  new FusionError('bad_request', message, { details: { problems: [{ field, message }] } });
