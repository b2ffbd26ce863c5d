import { API_PREFIX, ErrorBody } from '@fusion-kit/domain/api';
import { errorOf, FusionError } from '@fusion-kit/domain/errors';
import type * as z from 'zod';

export type Query = Readonly<Record<string, string | number | undefined>>;

/** The server's HTTP API. Every answer is parsed; every refusal is the server's own error with its remedy. */
export interface ApiClient {
  /** @throws {FusionError} `server_unreachable` when nobody answers; else what the server said */
  get<Answer>(
    path: string,
    answer: z.ZodType<Answer>,
    options?: { query?: Query; signal?: AbortSignal },
  ): Promise<Answer>;
  /** Asks for a change; the page learns its effect from the events that follow. */
  send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
}

/** @param origin e.g. `http://127.0.0.1:8000`; empty for the page's own */
export function apiClient(origin: string, token: string): ApiClient {
  const request = async (path: string, init: RequestInit): Promise<unknown> => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(init.body != null && { 'content-type': 'application/json' }),
    };
    let response: Response;
    try {
      response = await fetch(`${origin}${API_PREFIX}${path}`, { ...init, headers });
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw new FusionError('server_unreachable', 'the server does not answer', { cause });
    }
    if (response.status === 204) return undefined;
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok) return body;
    const refusal = ErrorBody.safeParse(body);
    if (refusal.success) throw errorOf(refusal.data.error);
    throw new FusionError('internal', `the server answered ${response.status} to ${path}`);
  };
  return {
    get: async (path, answer, { query = {}, signal } = {}) => {
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
      const suffix = search.size > 0 ? `?${search}` : '';
      return answer.parse(await request(path + suffix, signal ? { signal } : {}));
    },
    send: (method, path, body) => request(path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) }),
  };
}
