import type { ServerResponse } from 'node:http';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Upstream } from '@fusion-kit/domain/ports/upstream';
import { sampleStart } from '@fusion-kit/testing/runner-parts';
import { plainUpstream, type SeenCall, wireServer, type WireServer } from '@fusion-kit/testing/wire-server';
import { afterEach, describe, expect, it } from 'vitest';
import { type GatewayClient, gateway, type GatewayOptions } from './gateway.ts';

const servers: WireServer[] = [];
afterEach(async () => {
  for (const each of servers.splice(0)) await each.close();
});
const serving = async (answer?: (response: ServerResponse, call: SeenCall) => void) => {
  const server = await wireServer(answer);
  servers.push(server);
  return server;
};

const { caller } = sampleStart();
const TOKEN = 'token-of-the-dispatch';

async function open(client: Partial<GatewayClient> = {}, limits?: GatewayOptions['limits']) {
  const server = await serving();
  const told: (FusionError | undefined)[] = [];
  const known = { caller, upstream: plainUpstream(server), model: 'the/model', told: told.push.bind(told), ...client };
  const ask = gateway({ clientOf: (token) => (token === TOKEN ? known : undefined), ...(limits && { limits }) });
  const post = (path: string, body: unknown, headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }) =>
    ask(new Request(`http://gateway${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
  return { server, ask, post, told };
}

/** A request as the clients of each format send it, and what the provider has to see of it. */
const ASKED: Record<
  string,
  { path: string; headers: Record<string, string>; body: object; seen: string; kept: object }
> = {
  'OpenAI chat': {
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: { model: 'gpt-4o', stream: false, messages: [{ role: 'user', content: 'hé' }] },
    seen: '/v1/chat/completions',
    kept: { model: 'the/model', stream: false, messages: [{ role: 'user', content: 'hé' }] },
  },
  'OpenAI responses': {
    path: '/v1/responses',
    headers: { authorization: `bearer ${TOKEN}` },
    body: { model: 'gpt-5', input: 'hello', store: false },
    seen: '/v1/responses',
    kept: { model: 'the/model', input: 'hello', store: false },
  },
  'Anthropic messages': {
    path: '/v1/messages?beta=true',
    headers: { 'x-api-key': TOKEN, 'anthropic-version': '2023-06-01', 'anthropic-beta': 'b-1' },
    body: { model: 'claude-x', max_tokens: 5, messages: [] },
    seen: '/v1/messages?beta=true',
    kept: { model: 'the/model', max_tokens: 5, messages: [] },
  },
  Gemini: {
    path: '/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
    headers: { 'x-goog-api-key': TOKEN },
    body: { contents: [{ parts: [{ text: 'hello' }] }] },
    seen: '/v1beta/models/the/model:streamGenerateContent?alt=sse',
    kept: { contents: [{ parts: [{ text: 'hello' }] }] },
  },
  'Gemini with the key in the address': {
    path: `/v1beta/models/models%2Fgemini:generateContent?key=${TOKEN}`,
    headers: {},
    body: { contents: [] },
    seen: '/v1beta/models/the/model:generateContent',
    kept: { contents: [] },
  },
};

describe.each(Object.entries(ASKED))('%s', (_name, { path, headers, body, seen, kept }) => {
  it("is passed on unchanged but for the agent's model and the credentials", async () => {
    const { server, post, told } = await open();
    const response = await post(path, body, { ...headers, cookie: 'c=1', 'x-forwarded-for': '10.0.0.1' });
    expect(response.status).toBe(200);
    const [call] = server.seen;
    expect(call).toMatchObject({ method: 'POST', path: seen });
    expect(JSON.parse(call!.body)).toEqual(kept);
    expect(call!.headers['authorization']).toBe('Bearer the-key');
    expect(JSON.stringify(call)).not.toContain(TOKEN);
    expect(Object.keys(call!.headers)).not.toEqual(expect.arrayContaining(['cookie']));
    expect(Object.keys(call!.headers)).not.toEqual(expect.arrayContaining(['x-forwarded-for']));
    expect(call!.headers['anthropic-beta']).toBe(headers['anthropic-beta']);
    expect(told).toEqual([undefined]);
  });

  it('is refused in its own form, and reaches no provider, with a token that is nobody’s', async () => {
    const { server, ask } = await open();
    const stolen = new Request(`http://gateway${path.replace(TOKEN, 'stale')}`, {
      method: 'POST',
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, value.replace(TOKEN, 'stale')]),
      ),
      body: JSON.stringify(body),
    });
    const response = await ask(stolen);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject(
      path.startsWith('/v1beta')
        ? { error: { code: 401, status: 'UNAUTHENTICATED' } }
        : { error: { type: 'authentication_error', message: expect.stringContaining('no task') } },
    );
    expect(server.seen).toEqual([]);
  });
});

describe('what is asked', () => {
  it('is sent as it came, to the letter, where the model is the right one already', async () => {
    const { server, ask } = await open();
    const body = '{ "model":"the/model",  "messages":[], "seed": 12345678901234567890 }';
    await ask(
      new Request('http://gateway/v1/chat/completions', { method: 'POST', headers: { 'x-api-key': TOKEN }, body }),
    );
    expect(server.seen[0]!.body).toBe(body);
  });

  it('names the model itself where neither agent nor provider does', async () => {
    const { server, post } = await open({ model: undefined });
    await post('/v1/chat/completions', { model: 'of/the-client' });
    await post('/v1beta/models/of%2Fthe-client:generateContent', {});
    expect(JSON.parse(server.seen[0]!.body)).toEqual({ model: 'of/the-client' });
    expect(server.seen[1]!.path).toBe('/v1beta/models/of/the-client:generateContent');
  });

  it.each([
    ['/v1/messages', 'anthropic-messages', { type: 'error', error: { type: 'invalid_request_error' } }],
    ['/v1beta/models/x:generateContent', 'gemini', { error: { code: 400, status: 'INVALID_ARGUMENT' } }],
  ])(
    'of a provider that does not speak the format of %s is refused, naming what it speaks',
    async (path, wire, form) => {
      const spoken = plainUpstream(await serving(), ['openai-chat', 'openai-responses']);
      const { post } = await open({ upstream: spoken });
      const response = await post(path, { messages: [] });
      expect(response.status).toBe(400);
      const body = (await response.json()) as { error: { message: string } };
      expect(body).toMatchObject(form);
      expect(body.error.message).toContain(`does not speak ${wire}; it speaks openai-chat, openai-responses`);
    },
  );

  it.each([
    ['POST', '/v1/embeddings', 404],
    ['GET', '/v1/messages', 405],
    ['POST', '/v1/models', 405],
    ['POST', '/v1/chat/completions', 400],
  ])('%s %s with a body that is no request is refused with %i', async (method, path, status) => {
    const { server, ask } = await open();
    const body = method === 'POST' ? { body: '[not JSON' } : {};
    const request = new Request(`http://gateway${path}`, { method, headers: { 'x-api-key': TOKEN }, ...body });
    expect((await ask(request)).status).toBe(status);
    expect(server.seen).toEqual([]);
  });

  it('is refused where it is too large, and where too much is asked at once', async () => {
    const { ask, post, server } = await open({}, { bytes: 1_000, bytesAtOnce: 1_500 });
    expect((await post('/v1/messages', { pad: 'x'.repeat(2_000) })).status).toBe(413);
    const slow = new TransformStream<Uint8Array, Uint8Array>();
    const writer = slow.writable.getWriter();
    const init = { method: 'POST', headers: { 'x-api-key': TOKEN }, body: slow.readable, duplex: 'half' };
    const first = ask(new Request('http://gateway/v1/messages', init));
    await writer.write(Buffer.from(`{"pad":"${'x'.repeat(900)}"`));
    const second = await post('/v1/messages', { pad: 'x'.repeat(900) });
    expect([second.status, second.headers.get('retry-after'), server.seen.length]).toEqual([503, '1', 0]);
    await writer.write(Buffer.from('}'));
    await writer.close();
    await (await first).text();
    expect((await post('/v1/messages', { pad: 'x'.repeat(900) })).status).toBe(200);
  });
});

describe('the list of models', () => {
  it.each([
    ['/v1/models', {}, { object: 'list', data: [{ id: 'the/model', object: 'model' }] }],
    [
      '/v1/models',
      { 'anthropic-version': '2023-06-01' },
      { data: [{ type: 'model', id: 'the/model' }], has_more: false },
    ],
    ['/v1/models/gpt-4o', {}, { id: 'the/model', object: 'model' }],
    ['/v1beta/models', {}, { models: [{ name: 'models/the/model' }] }],
    ['/v1beta/models/gemini-2.5-pro', {}, { name: 'models/the/model' }],
  ])('%s holds the one that answers, and asks nobody', async (path, headers, body) => {
    const { ask, server } = await open();
    const response = await ask(new Request(`http://gateway${path}`, { headers: { 'x-api-key': TOKEN, ...headers } }));
    expect(await response.json()).toMatchObject(body);
    expect(server.seen).toEqual([]);
  });
});

describe('counting tokens', () => {
  const counts = ['/v1/messages/count_tokens', '/v1beta/models/x:countTokens'] as const;

  it.each(counts)('%s is asked of a provider that can', async (path) => {
    const server = await serving((response) => void response.writeHead(200).end('{"input_tokens":7}'));
    const { post, told } = await open({ upstream: plainUpstream(server) });
    const response = await post(path, { messages: [] });
    expect([response.headers.get('x-fusion-kit-estimate'), await response.json()]).toEqual([null, { input_tokens: 7 }]);
    expect(told).toEqual([]);
  });

  it.each(counts)('%s is estimated, and says so, where a provider cannot; it is asked once', async (path) => {
    const server = await serving((response) => void response.writeHead(404).end());
    const { post } = await open({ upstream: plainUpstream(server) });
    for (let time = 0; time < 2; time++) {
      const response = await post(path, { model: 'the/model', messages: ['x'.repeat(400)] });
      const [tokens] = Object.values((await response.json()) as Record<string, number>);
      expect(tokens).toBeGreaterThan(100);
      expect(tokens).toBeLessThan(130);
      expect(response.headers.get('x-fusion-kit-estimate')).toContain('characters');
    }
    expect(server.seen).toHaveLength(1);
  });
});

describe('a refusal', () => {
  const refusing = (error: FusionError): Upstream => ({
    ...plainUpstream({ origin: 'http://127.0.0.1:9' }),
    fetch: () => Promise.reject(error),
  });
  it.each([
    [new FusionError('budget_exceeded', 'no'), 402, 'billing_error', null, 'false'],
    [new FusionError('provider_credits', 'no'), 402, 'billing_error', null, 'false'],
    [new FusionError('provider_limited', 'no', { retryAfterMs: 89_500 }), 429, 'rate_limit_error', '90', 'true'],
    [new FusionError('provider_refused_key', 'no'), 403, 'permission_error', null, 'false'],
    [new FusionError('dispatch_stale', 'no'), 401, 'authentication_error', null, 'false'],
    [new FusionError('model_unknown', 'no'), 404, 'not_found_error', null, 'false'],
    [
      new FusionError('provider_failed', 'too long', { details: { status: 400 } }),
      400,
      'invalid_request_error',
      null,
      'false',
    ],
    [new FusionError('provider_failed', 'no', { details: { status: 500 } }), 502, 'api_error', null, 'true'],
    [new FusionError('provider_unreachable', 'no', { retryAfterMs: 5 }), 503, 'overloaded_error', '1', 'true'],
    [new Error('odd') as FusionError, 500, 'api_error', null, 'true'],
  ])('%s comes as %i %s', async (error, status, type, retryAfter, again) => {
    const { post, told } = await open({ upstream: refusing(error) });
    const response = await post('/v1/messages', { messages: [] });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ type: 'error', error: { type, message: expect.any(String) } });
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    expect(response.headers.get('x-should-retry')).toBe(again);
    expect(told).toMatchObject([{ message: error.message }]);
  });

  it('says what a person can do', async () => {
    const refusal = new FusionError('budget_exceeded', 'the run has no USD left');
    const { post } = await open({ upstream: refusing(refusal) });
    const { error } = (await (await post('/v1/chat/completions', {})).json()) as { error: Record<string, string> };
    expect(error['code']).toBe('budget_exceeded');
    expect(error['message']).toBe(`the run has no USD left. ${refusal.remedy}`);
  });
});

describe('an answer', () => {
  it('comes as it is said: the first bytes are here before the provider has said the last', async () => {
    const lasts: (() => void)[] = [];
    const server = await serving((response) => {
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'set-cookie': 'a=b',
        'x-ratelimit-remaining': '1',
      });
      response.write('data: first\n\n');
      lasts.push(() => response.end('data: last\n\n'));
    });
    const { post } = await open({ upstream: plainUpstream(server) });
    const response = await post('/v1/chat/completions', { stream: true });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe('data: first\n\n');
    lasts[0]!();
    expect((await reader.read()).value).toBe('data: last\n\n');
    expect((await reader.read()).done).toBe(true);
    expect(Object.fromEntries(response.headers)).toEqual({ 'content-type': 'text/event-stream' });
  });

  it('that breaks off breaks off for the client too, and the runner is told why', async () => {
    const server = await serving((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: first\n\n', () => response.destroy());
    });
    const { post, told } = await open({ upstream: plainUpstream(server) });
    const response = await post('/v1/messages', { stream: true });
    await expect(response.text()).rejects.toThrow('terminated');
    expect(told).toMatchObject([undefined, { code: 'internal' }]);
  });

  it('that nobody waits for any more is not asked for any longer', async () => {
    const server = await serving(() => {});
    const { ask, told } = await open({ upstream: plainUpstream(server) });
    const left = new AbortController();
    const request = new Request('http://gateway/v1/messages', {
      method: 'POST',
      headers: { 'x-api-key': TOKEN },
      body: '{}',
    });
    const asked = ask(request, left.signal);
    await expect.poll(() => server.seen.length).toBe(1);
    left.abort();
    await server.seen[0]!.gone;
    await asked;
    expect(told).toEqual([]);
  });

  it('that is turned away from in the middle is ended at the provider', async () => {
    const server = await serving((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: first\n\n');
    });
    const { post } = await open({ upstream: plainUpstream(server) });
    const response = await post('/v1/messages', { stream: true });
    await response.body!.cancel();
    await expect(server.seen[0]!.gone).resolves.toBeDefined();
  });

  it('is asked for in the name of the dispatch', async () => {
    const callers: unknown[] = [];
    const { post } = await open({
      upstream: plainUpstream(await serving(), ['openai-chat'], callers.push.bind(callers)),
    });
    await post('/v1/chat/completions', {});
    expect(callers).toEqual([caller]);
  });
});
