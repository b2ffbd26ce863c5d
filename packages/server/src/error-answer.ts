import { API_PREFIX, type ErrorBody } from '@fusion-kit/domain/api';
import { asFusionError, type ErrorCode, ERRORS, FusionError } from '@fusion-kit/domain/errors';
import type { Context, ErrorHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type * as z from 'zod';

/** What an id that cannot exist is refused with, by the first word of the path. */
const UNKNOWN: Partial<Record<string, ErrorCode>> = {
  projects: 'project_unknown',
  agents: 'agent_unknown',
  tasks: 'task_unknown',
  workflows: 'workflow_unknown',
  runs: 'run_unknown',
  messages: 'message_unknown',
  blobs: 'blob_unknown',
};

/** The one way errors leave: `{error: {code, message, remedy, details}}`. What nobody foresaw is `internal`; its stack goes only to `log`. */
export function errorHandler(log: (message: string, error: unknown) => void): ErrorHandler {
  return async (thrown, context) => {
    const error = thrown instanceof HTTPException ? await misread(thrown, context) : asFusionError(thrown);
    if (error.code !== 'internal') return answerOf(context, error);
    log(`${context.req.method} ${context.req.path} failed`, error.cause ?? error);
    return answerOf(
      context,
      new FusionError('internal', 'something unexpected went wrong; the server log has the details'),
    );
  };
}

function answerOf(context: Context, error: FusionError): Response {
  if (error.code === 'unauthorized') context.header('www-authenticate', 'Bearer');
  if (error.retryAfterMs !== undefined) context.header('retry-after', String(Math.ceil(error.retryAfterMs / 1_000)));
  return context.json({ error: error.toJSON() } satisfies ErrorBody, ERRORS[error.code].status as ContentfulStatusCode);
}

/** A body that the framework could not take: of another type, or not JSON. */
async function misread(thrown: HTTPException, context: Context): Promise<FusionError> {
  if (thrown.status === 415)
    return new FusionError('bad_request', 'the body must be JSON: send `Content-Type: application/json`');
  if (thrown.status >= 500) return asFusionError(new Error(thrown.message, { cause: thrown }));
  try {
    JSON.parse(await context.req.text());
    return new FusionError('bad_request', thrown.message, { cause: thrown });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const position = /at position (\d+)/.exec(reason)?.[1];
    return new FusionError('bad_request', `the body is not JSON: ${reason}`, {
      details: position === undefined ? undefined : { position: Number(position) },
    });
  }
}

/** What a request that does not fit its schema is refused with: an id that cannot exist is unknown, other fields are named. */
export function refuseUnfit(target: string, error: z.core.$ZodError, context: Context): never {
  const noun = context.req.path.slice(API_PREFIX.length + 1).split('/')[0] ?? '';
  const unknown = target === 'param' ? UNKNOWN[noun] : undefined;
  if (unknown) {
    const id = Object.values(context.req.param()).join('/');
    throw new FusionError(unknown, `there is no ${noun.slice(0, -1)} ${id}`);
  }
  const problems = error.issues.map(({ path, message }) => ({ field: path.map(String).join('.'), message }));
  const named = problems.map(({ field, message }) => (field ? `${field}: ${message}` : message));
  throw new FusionError(
    'bad_request',
    `the ${target === 'json' ? 'body' : target} does not fit: ${named.slice(0, 5).join('; ')}`,
    {
      details: { problems: problems.slice(0, 50) },
    },
  );
}
