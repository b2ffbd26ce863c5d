import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { FusionError } from '@fusion-kit/domain/errors';
import type { Caller, Upstream, Wire } from '@fusion-kit/domain/ports/upstream';

/** A request as a provider saw it. */
export interface SeenCall {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Resolves when its connection is gone, answered or not. */
  gone: Promise<unknown>;
}

export interface WireServer {
  readonly origin: string;
  readonly seen: readonly SeenCall[];
  close(): Promise<void>;
}

/** A provider on loopback that remembers what it was asked, and answers as it is told to. */
export async function wireServer(
  answer: (response: ServerResponse, call: SeenCall) => void | Promise<void> = (response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
): Promise<WireServer> {
  const seen: SeenCall[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method = '', url: path = '', headers } = request;
      const call = { method, path, headers, body, gone: once(response, 'close') };
      seen.push(call);
      return answer(response, call);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A provider that speaks every format, by the plain `fetch`, with a key of its own: no limits, no budget. What is no success is thrown. */
export const plainUpstream = (
  { origin }: Pick<WireServer, 'origin'>,
  wires: readonly Wire[] = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'],
  called: (caller: Caller) => void = () => {},
): Upstream => ({
  id: 'plain',
  protocol: 'openai-compatible',
  baseUrl: `${origin}/v1`,
  wires: Object.fromEntries(wires.map((wire) => [wire, wire.startsWith('openai') ? `${origin}/v1` : origin])),
  defaultModel: undefined,
  async fetch(caller, input, init) {
    called(caller);
    const headers = new Headers(init?.headers);
    headers.set('authorization', 'Bearer the-key');
    const response = await fetch(input, { ...init, headers });
    if (response.ok) return response;
    throw new FusionError('provider_failed', `plain answered ${response.status}: ${await response.text()}`, {
      details: { status: response.status },
    });
  },
  check: async () => ({ ok: true, credential: 'none needed', remainingUsd: null, checkedAt: 0 }),
});
