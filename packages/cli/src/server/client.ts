import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { API_PREFIX, ErrorBody, VERSION_HEADER } from '@fusion-kit/domain/api';
import { errorOf, FusionError } from '@fusion-kit/domain/errors';
import { parsedJson } from '@fusion-kit/domain/parsed-json';
import type * as z from 'zod';

export interface ServerAddress {
  url: string;
  token: string;
}

type Query = Readonly<Record<string, string | number | undefined>>;
interface Sending {
  query?: Query;
  timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
/** Pauses before a request is sent again when the connection was lost; its answer may have been lost with it. */
const RETRY_MS = [100, 400, 1_500];

/**
 * The server's API as commands use it: paths below `/api/v1`, answers checked by their schema. A read or a post whose connection drops is sent
 * again; posts carry an Idempotency-Key, so that what was done already is not done twice.
 */
export class Client {
  readonly #address: ServerAddress;
  readonly #version: string | undefined;

  /** @param version told to the server, which refuses a command of another one; left out where any server will do */
  constructor(address: ServerAddress, version?: string) {
    this.#address = address;
    this.#version = version;
  }

  get<Shape extends z.ZodType>(path: string, shape: Shape, sending: Sending = {}): Promise<z.infer<Shape>> {
    return this.#send('GET', path, { ...sending, shape });
  }

  post<Shape extends z.ZodType>(
    path: string,
    shape: Shape,
    body: unknown,
    sending: Sending = {},
  ): Promise<z.infer<Shape>> {
    return this.#send('POST', path, { ...sending, body, key: randomUUID(), shape });
  }

  patch<Shape extends z.ZodType>(path: string, shape: Shape, body: unknown): Promise<z.infer<Shape>> {
    return this.#send('PATCH', path, { body, shape });
  }

  delete<Shape extends z.ZodType>(path: string, shape: Shape): Promise<z.infer<Shape>> {
    return this.#send('DELETE', path, { shape });
  }

  async #send<Shape extends z.ZodType>(
    method: string,
    path: string,
    request: Sending & { shape: Shape; body?: unknown; key?: string },
  ): Promise<z.infer<Shape>> {
    const response = await this.#fetch(method, path, request);
    const text = await response.text();
    const document: unknown = text === '' ? undefined : (parsedJson(text) ?? text);
    if (!response.ok) {
      const known = ErrorBody.safeParse(document);
      if (known.success) throw errorOf(known.data.error);
      throw new FusionError(
        'internal',
        `${method} ${path} was answered with ${response.status}: ${text.slice(0, 200)}`,
      );
    }
    const answer = request.shape.safeParse(document);
    if (answer.success) return answer.data;
    throw new FusionError('internal', `the answer to ${method} ${path} has an unknown shape: ${answer.error.message}`, {
      cause: answer.error,
    });
  }

  async #fetch(method: string, path: string, request: Sending & { body?: unknown; key?: string }): Promise<Response> {
    const url = new URL(API_PREFIX + path, this.#address.url);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers = new Headers({ authorization: `Bearer ${this.#address.token}` });
    if (this.#version !== undefined) headers.set(VERSION_HEADER, this.#version);
    if (request.key !== undefined) headers.set('idempotency-key', request.key);
    if (request.body !== undefined) headers.set('content-type', 'application/json');
    const body = request.body === undefined ? {} : { body: JSON.stringify(request.body) };
    for (let attempt = 0; ; attempt++) {
      try {
        const signal = AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS);
        return await fetch(url, { method, headers, signal, ...body });
      } catch (cause) {
        const connection = connectionOf(cause);
        const pause = RETRY_MS[attempt];
        // Nobody there, or too slow to answer: asking again would only make the person wait longer. A change may have been made already.
        const repeatable = method === 'GET' || method === 'POST';
        if (connection === 'lost' && repeatable && pause !== undefined) {
          await wait(pause);
          continue;
        }
        throw new FusionError('server_unreachable', `no answer from ${this.#address.url} (connection ${connection})`, {
          cause,
          details: { connection },
        });
      }
    }
  }
}

function connectionOf(error: unknown): 'refused' | 'timed out' | 'lost' {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'timed out';
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code === 'ECONNREFUSED' ? 'refused' : 'lost';
}
