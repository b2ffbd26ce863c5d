import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { think } from './brain.ts';
import { anthropicMessages } from './dialects/anthropic-messages.ts';
import type { Dialect } from './dialects/dialect.ts';
import { gemini } from './dialects/gemini.ts';
import { openAiChat } from './dialects/openai-chat.ts';
import { openAiResponses } from './dialects/openai-responses.ts';
import { faultQueue, type Fault } from './faults.ts';
import { reply, type Reply } from './reply.ts';
import type { Scenario } from './scenario.ts';

const REQUESTS_KEPT = 1_000;
const BODY_KEPT = 16_000;
const KEY_LIMIT_USD = 1_000;
/** US dollars per token of the scripted model. */
const PRICE = { input: 0.000_001, output: 0.000_005 } as const;

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
  /** From now on this key alone is taken: the other one has run out. */
  renewKey(key: string): void;
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

/**
 * A model server on loopback; only its brain is canned. It speaks OpenRouter's protocol with chat completions, responses and messages, and
 * below `/api/v1beta` Google's.
 */
export async function startScriptedServer(options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
  const { scenario = [], latencyMs = 0, port = 0, priced = true } = options;
  const apiKey = `scripted-${randomBytes(24).toString('base64url')}`;
  const seen: SeenRequest[] = [];
  const faults = faultQueue();
  const closing = new AbortController();
  let key = apiKey;
  let spentUsd = 0;

  const app = new Hono<Env>().basePath('/api');
  app.use(async (context, next) => {
    const body = await context.req.text();
    context.set('body', body);
    seen.push({ method: context.req.method, path: context.req.path, body: body.slice(-BODY_KEPT) });
    if (seen.length > REQUESTS_KEPT) seen.shift();
    const { authorization = '', 'x-api-key': plain, 'x-goog-api-key': google } = context.req.header();
    if ([authorization.replace(/^Bearer /, ''), plain, google].includes(key)) return next();
    return context.json({ error: { code: 401, message: 'No auth credentials found' } }, 401);
  });
  app.get('/v1/key', ({ json }) =>
    json({
      data: { label: 'scripted', limit: KEY_LIMIT_USD, limit_remaining: KEY_LIMIT_USD - spentUsd, usage: spentUsd },
    }),
  );
  app.get('/v1/credits', ({ json }) => json({ data: { total_credits: KEY_LIMIT_USD, total_usage: spentUsd } }));
  app.get('/v1/models', ({ json }) => json({ data: [modelEntry(priced)] }));
  app.get('/v1beta/models', ({ json }) => json({ models: [GOOGLE_ENTRY] }));
  const speak = (dialect: Dialect) => async (context: Context<Env>) => {
    const body = context.get('body');
    const request = dialect.read(parsedJson(body), context.req.path);
    if (!request) return context.json(dialect.refusal(400, 'the request cannot be read'), 400);
    const { messages, tools, answer: wanted } = request;
    const thought = think(messages, scenario, { tools, answer: wanted, said: body });
    const inputTokens = tokensOf(body.length);
    const outputTokens = tokensOf(sum([thought.text, ...thought.calls.map((call) => call.arguments)]));
    // Rounded, so that a reader sees 0.000035 and not 0.000034999999999999997.
    const costUsd = Number((inputTokens * PRICE.input + outputTokens * PRICE.output).toFixed(9));
    spentUsd += costUsd;
    const { model, stream } = request;
    const answer: Reply = {
      dialect,
      completion: dialect.write({ thought, model, inputTokens, outputTokens, costUsd: priced ? costUsd : undefined }),
      stream,
      waitsMs: [latencyMs, thought.sleepMs],
      fault: faults.take(body),
      signal: AbortSignal.any([closing.signal, hangUp(context.env.outgoing)]),
      drop: () => context.env.outgoing.destroy(),
    };
    return reply(answer);
  };
  app.post('/v1/chat/completions', speak(openAiChat));
  app.post('/v1/responses', speak(openAiResponses));
  app.post('/v1/messages', speak(anthropicMessages));
  app.post('/v1/messages/count_tokens', (context) =>
    context.json({ input_tokens: tokensOf(context.get('body').length) }),
  );
  app.post('/v1beta/models/:call{.+:countTokens}', (context) =>
    context.json({ totalTokens: tokensOf(context.get('body').length) }),
  );
  app.post('/v1beta/models/:call{.+}', speak(gemini));
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
    renewKey(renewed) {
      key = renewed;
    },
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

interface Env {
  Bindings: HttpBindings;
  Variables: { body: string };
}

const tokensOf = (characters: number) => Math.max(1, Math.ceil(characters / 4));
const sum = (texts: readonly string[]) => texts.reduce((total, text) => total + text.length, 0);

const GOOGLE_ENTRY = { name: 'models/scripted/coder', displayName: 'Scripted coder', inputTokenLimit: 200_000 };

const modelEntry = (priced: boolean) => ({
  id: 'scripted/coder',
  name: 'Scripted coder',
  context_length: 200_000,
  ...(priced && { pricing: { prompt: String(PRICE.input), completion: String(PRICE.output) } }),
});
