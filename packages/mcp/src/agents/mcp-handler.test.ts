import { FusionError } from '@fusion-kit/domain/errors';
import type { AgentDesk } from '@fusion-kit/domain/ports/agent-desk';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { promised } from '@fusion-kit/testing/runner-parts';
import { describe, expect, it } from 'vitest';
import { mcpHandler } from './mcp-handler.ts';

const URL_OF_CAGE = 'http://127.0.0.1:24080/mcp';
const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

/** A desk at which nobody gets anything but the team. */
function deskOf(team: () => Promise<unknown>): AgentDesk {
  return { work: {}, post: { team } } as unknown as AgentDesk;
}
const quiet = deskOf(async () => ({ you: 'ann' }));

const served = (desk: AgentDesk = quiet) =>
  mcpHandler({ clientOf: (token) => (token === 'mine' ? { desk } : undefined), version: '1.2.3' });

const request = (change: { method?: string; headers?: Record<string, string>; body?: unknown } = {}) =>
  new Request(URL_OF_CAGE, {
    method: change.method ?? 'POST',
    headers: {
      host: '127.0.0.1:24080',
      authorization: 'Bearer mine',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...change.headers,
    },
    ...((change.method ?? 'POST') === 'POST' && { body: JSON.stringify(change.body ?? LIST) }),
  });

describe('a request', () => {
  it.each([
    ['of the dispatch', {}, 200],
    ['with another token', { headers: { authorization: 'Bearer yours' } }, 401],
    ['with a token that is no bearer', { headers: { authorization: 'Basic mine' } }, 401],
    ['without a token', { headers: { authorization: '' } }, 401],
    ['to another host', { headers: { host: 'evil.example' } }, 403],
    ['from a web page', { headers: { origin: 'https://evil.example' } }, 403],
    ['from a page of nowhere', { headers: { origin: 'null' } }, 403],
    ['for a session', { method: 'GET' }, 405],
    ['that is too large', { body: { ...LIST, params: { filler: 'x'.repeat(2_100_000) } } }, 413],
    ['that is no JSON', { headers: { 'content-type': 'text/plain' } }, 415],
  ])('%s is answered as it should', async (_what, change, status) => {
    expect((await served()(request(change))).status).toBe(status);
  });

  it('of a stranger is told why, in the form of the protocol', async () => {
    const answer = await served()(request({ headers: { authorization: 'Bearer yours' } }));
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
    expect(await answer.json()).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: {
        code: expect.any(Number),
        message: 'the token belongs to no task that is being worked on. It ended with its task.',
        data: { code: 'unauthorized', remedy: 'It ended with its task.' },
      },
    });
  });
});

const call = (id: number) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'fusion_team', arguments: {} },
});

it.each([
  ['in one request', (calls: object[]) => [{ body: calls }]],
  ['in as many requests', (calls: object[]) => calls.map((body) => ({ body }))],
])(
  'more calls at a time than a dispatch may have, %s, are refused, and go through when others have ended',
  async (_how, requests) => {
    const open = promised();
    const full = promised();
    let begun = 0;
    const desk = deskOf(async () => {
      if ((begun += 1) === 32) full.resolve();
      await open.promise;
      return { you: 'ann' };
    });
    const handle = served(desk);
    const texts = requests(Array.from({ length: 32 }, (_, id) => call(id))).map(async (each) =>
      (await handle(request(each))).text(),
    );
    await full.promise;
    expect(await (await handle(request({ body: call(32) }))).text()).toContain('quota_exceeded');
    open.resolve();
    expect((await Promise.all(texts)).join('').match(/ann/g)).toHaveLength(32);
    expect(await (await handle(request({ body: call(33) }))).text()).toContain('ann');
  },
);

it('more requests at a time than a dispatch may have are not read', async () => {
  const open = promised();
  const handle = served();
  const slow = () =>
    new ReadableStream({
      async pull(controller) {
        await open.promise;
        controller.enqueue(new TextEncoder().encode(JSON.stringify(LIST)));
        controller.close();
      },
    });
  const { headers } = request();
  const waiting = Array.from({ length: 32 }, () => {
    const streamed = { method: 'POST', headers, body: slow(), duplex: 'half' };
    return handle(new Request(URL_OF_CAGE, streamed));
  });
  expect((await handle(request())).status).toBe(429);
  open.resolve();
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(32).fill(200));
  expect((await handle(request())).status).toBe(200);
});

it.each(['legacy', 'modern'] as const)('a client of the %s protocol is told a refusal with its remedy', async (era) => {
  const handle = served(deskOf(() => Promise.reject(new FusionError('dispatch_stale', 'dispatch dsp_1 is over'))));
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' } },
  );
  const transport = new StreamableHTTPClientTransport(new URL(URL_OF_CAGE), {
    fetch: (url, init) => {
      const headers = new Headers(init?.headers);
      headers.set('host', '127.0.0.1');
      return handle(new Request(url, { ...init, headers }));
    },
    requestInit: { headers: { authorization: 'Bearer mine' } },
  });
  await client.connect(transport);
  expect(client.getServerVersion()).toMatchObject({ name: 'fusion-kit', version: '1.2.3' });
  expect(await client.callTool({ name: 'fusion_team', arguments: {} })).toMatchObject({
    isError: true,
    content: [{ type: 'text', text: expect.stringContaining('dispatch dsp_1 is over (dispatch_stale)\n') }],
  });
  await client.close();
});
