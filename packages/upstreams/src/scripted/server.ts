import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { parsedJson } from '../json.ts';
import { think } from './brain.ts';
import { completionOf, PRICE } from './completion.ts';
import { CompletionRequest } from './conversation.ts';
import { faultQueue, type Fault } from './faults.ts';
import { reply, type Reply } from './reply.ts';
import type { Scenario } from './scenario.ts';

const REQUESTS_KEPT = 1_000;
const BODY_KEPT = 16_000;
const KEY_LIMIT_USD = 1_000;

/** A request that the scripted server saw; `body` is the end of it. */
export interface SeenRequest {
  method: string;
  path: string;
  body: string;
}

export interface ScriptedServer {
  /** With `/api/v1`, without a slash at the end. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** The last thousand, oldest first. */
  requests(): readonly SeenRequest[];
  /** Adds to what goes wrong with the next completions. */
  faults(faults: readonly Fault[]): void;
  close(): Promise<void>;
}

export interface ScriptedServerOptions {
  scenario?: Scenario | undefined;
  /** Fixed delay before the first byte of a completion. */
  latencyMs?: number | undefined;
  /** 0, the default, takes any free one. */
  port?: number | undefined;
  /** False: no cost and no prices, as servers of the plain OpenAI protocol answer. */
  priced?: boolean;
}

/** A model server on loopback that speaks OpenRouter's protocol; only its brain is canned. */
export async function startScriptedServer(options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
  const { scenario = [], latencyMs = 0, port = 0, priced = true } = options;
  const apiKey = `scripted-${randomBytes(24).toString('base64url')}`;
  const seen: SeenRequest[] = [];
  const faults = faultQueue();
  const closing = new AbortController();
  let spentUsd = 0;

  const app = new Hono<{ Bindings: HttpBindings; Variables: { body: string } }>().basePath('/api/v1');
  app.use(async (context, next) => {
    const body = await context.req.text();
    context.set('body', body);
    seen.push({ method: context.req.method, path: context.req.path, body: body.slice(-BODY_KEPT) });
    if (seen.length > REQUESTS_KEPT) seen.shift();
    if (context.req.header('authorization') === `Bearer ${apiKey}`) return next();
    return context.json({ error: { code: 401, message: 'No auth credentials found' } }, 401);
  });
  app.get('/key', ({ json }) =>
    json({
      data: { label: 'scripted', limit: KEY_LIMIT_USD, limit_remaining: KEY_LIMIT_USD - spentUsd, usage: spentUsd },
    }),
  );
  app.get('/credits', ({ json }) => json({ data: { total_credits: KEY_LIMIT_USD, total_usage: spentUsd } }));
  app.get('/models', ({ json }) => json({ data: [modelEntry(priced)] }));
  app.post('/chat/completions', async (context) => {
    const body = context.get('body');
    const request = CompletionRequest.safeParse(parsedJson(body)).data;
    if (!request) return context.json({ error: { code: 400, message: 'messages are missing' } }, 400);
    const thought = think(request.messages, scenario);
    const completion = completionOf(thought, { model: request.model, requestSize: body.length, priced });
    spentUsd += completion.usage.cost ?? 0;
    const answer: Reply = {
      completion,
      stream: request.stream === true,
      waitsMs: [latencyMs, thought.sleepMs],
      fault: faults.take(body),
      signal: AbortSignal.any([closing.signal, hangUp(context.env.outgoing)]),
      drop: () => context.env.outgoing.destroy(),
    };
    return reply(answer);
  });
  app.onError((error, context) => {
    // Nobody is left to read an answer to a request that was hung up on.
    if (error.name === 'AbortError') return context.body(null, 503);
    return context.json({ error: { code: 500, message: error.message } }, 500);
  });
  app.notFound((context) => context.json({ error: { code: 404, message: `no such path: ${context.req.path}` } }, 404));

  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;

  return {
    baseUrl: `http://127.0.0.1:${taken}/api/v1`,
    apiKey,
    requests: () => seen,
    faults: (added) => faults.add(added),
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      const closed = once(server, 'close');
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}

function hangUp(outgoing: HttpBindings['outgoing']): AbortSignal {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  return gone.signal;
}

const modelEntry = (priced: boolean) => ({
  id: 'scripted/coder',
  name: 'Scripted coder',
  context_length: 200_000,
  ...(priced && { pricing: { prompt: String(PRICE.input), completion: String(PRICE.output) } }),
});
