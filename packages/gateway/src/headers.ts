import { ESTIMATE_HEADER } from './estimated-count.ts';

/** What a client may tell a provider beside its request. All else (keys, cookies, addresses, names of this machine) stays here. */
const ASKED = ['accept', 'content-type', 'anthropic-version', 'anthropic-beta', 'openai-beta'];
/** What a provider may tell a client beside its answer. What its key has left is not an agent's to know. */
const ANSWERED = ['content-type', 'cache-control', 'request-id', 'x-request-id', 'retry-after', ESTIMATE_HEADER];

const only = (names: readonly string[], headers: Headers): Headers =>
  new Headers(names.flatMap((name) => (headers.has(name) ? [[name, headers.get(name)!] as [string, string]] : [])));

export const askedHeaders = (headers: Headers): Headers => only(ASKED, headers);
export const answeredHeaders = (headers: Headers): Headers => only(ANSWERED, headers);
