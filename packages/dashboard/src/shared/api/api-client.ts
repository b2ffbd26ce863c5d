import { API_PREFIX, ErrorBody } from '@fusion-kit/domain/api';
import { errorOf, FusionError } from '@fusion-kit/domain/errors';
import type * as z from 'zod';

export type Query = Readonly<Record<string, string | number | undefined>>;
interface Asking {
  query?: Query;
  signal?: AbortSignal;
}

/**
 * The server's HTTP API. Every answer is parsed; every refusal is the server's own error with its remedy.
 * @throws {FusionError} `server_unreachable` when nobody answers; else what the server said
 */
export interface ApiClient {
  get: <Answer>(path: string, answer: z.ZodType<Answer>, asking?: Asking) => Promise<Answer>;
  /** The whole of a text of which an event shows the beginning, by its digest. */
  blob: (digest: string, signal: AbortSignal) => Promise<string>;
  /** Asks for something new and reads what came to be. */
  make: <Answer>(path: string, body: unknown, answer: z.ZodType<Answer>) => Promise<Answer>;
  /** Asks for a change; the page learns its effect from the events that follow. */
  send: (method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) => Promise<void>;
}

/** @param origin e.g. `http://127.0.0.1:8000`; empty for the page's own */
export function apiClient(origin: string, token: string): ApiClient {
  const request = async (path: string, init: RequestInit): Promise<Response> => {
    const type = init.body == null ? {} : { 'content-type': 'application/json' };
    const headers = { authorization: `Bearer ${token}`, ...type };
    let response: Response;
    try {
      response = await fetch(`${origin}${API_PREFIX}${path}`, { ...init, headers });
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw new FusionError('server_unreachable', 'the server does not answer', { cause });
    }
    if (response.ok) return response;
    const refusal = ErrorBody.safeParse(await response.json().catch(() => undefined));
    if (refusal.success) throw errorOf(refusal.data.error);
    throw new FusionError('internal', `the server answered ${response.status} to ${path}`);
  };
  return {
    get: async (path, answer, { query = {}, signal } = {}) => {
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
      const suffix = search.size > 0 ? `?${search}` : '';
      const response = await request(path + suffix, signal ? { signal } : {});
      return answer.parse(await response.json());
    },
    blob: async (digest, signal) => (await request(`/blobs/${digest}`, { signal })).text(),
    make: async (path, body, answer) => {
      const response = await request(path, { method: 'POST', body: JSON.stringify(body) });
      return answer.parse(await response.json());
    },
    send: async (method, path, body) => {
      await request(path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
    },
  };
}
