import { getCACertificates } from 'node:tls';
import { EnvHttpProxyAgent, request } from 'undici';
import { VERSION } from '../version.ts';
import type { Environment } from '../world.ts';

const REDIRECTS_MAX = 20;
const CONNECT_TIMEOUT_MS = 30_000;

export interface Got {
  /** The address that answered, after redirects. */
  url: string;
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: AsyncIterable<Uint8Array>;
}

export interface GetOptions {
  token: string | undefined;
  /** For each step of the network: connecting, waiting for the answer, waiting for more of it. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** A way to the network as this machine has it: its proxies, and the certificates it trusts. */
export interface Http {
  /** Follows redirects. The token goes to the address asked for, and to no other host. Rejects when nothing answers. */
  get(url: string, options: GetOptions): Promise<Got>;
  close(): Promise<void>;
}

/** @param skipTls whether certificates are not verified */
export function openHttp({ env, skipTls }: { env: Environment; skipTls: boolean }): Http {
  const tls = { timeout: CONNECT_TIMEOUT_MS, ...(skipTls ? { rejectUnauthorized: false } : { ca: trusted() }) };
  const noProxy = variable(env, 'no_proxy') ?? '';
  // One for each protocol: a proxy meant for http must not get what goes to https.
  const [http, https] = ['http_proxy', 'https_proxy'].map((name) => {
    const uri = proxyUri(variable(env, name) ?? variable(env, 'all_proxy') ?? '');
    return new EnvHttpProxyAgent({
      httpProxy: uri,
      httpsProxy: uri,
      noProxy,
      connect: tls,
      requestTls: tls,
      // With it undici would speak TLS to a SOCKS proxy, which none understands.
      ...(uri.startsWith('socks') ? {} : { proxyTls: tls }),
    });
  }) as [EnvHttpProxyAgent, EnvHttpProxyAgent];
  return {
    async get(asked, { token, timeoutMs, signal }) {
      let url = new URL(asked);
      let authorization = token;
      for (let hop = 0; hop <= REDIRECTS_MAX; hop += 1) {
        const { statusCode, headers, body } = await request(url, {
          dispatcher: url.protocol === 'https:' ? https : http,
          signal,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
          headers: {
            accept: '*/*',
            'user-agent': `specify/${VERSION}`,
            ...(authorization ? { authorization: `Bearer ${authorization}` } : {}),
          },
        });
        const location = headers['location'];
        if (![301, 302, 303, 307, 308].includes(statusCode) || typeof location !== 'string')
          return { url: url.href, status: statusCode, headers, body };
        await body.dump();
        const next = new URL(location, url);
        if (next.origin !== url.origin) authorization = undefined;
        url = next;
      }
      throw new Error(`more than ${REDIRECTS_MAX} redirects`);
    },
    close: async () => void (await Promise.all([http.close(), https.close()])),
  };
}

/** What the operating system trusts, and what comes with Node and `NODE_EXTRA_CA_CERTS`: neither is complete everywhere. */
const trusted = (): string[] => [...new Set([...getCACertificates('system'), ...getCACertificates('default')])];

/** In small letters first, as other tools do; one that is set to nothing says: none. */
const variable = (env: Environment, name: string): string | undefined => env[name] ?? env[name.toUpperCase()];

function proxyUri(proxy: string): string {
  if (proxy === '') return '';
  return proxy.includes('://') ? proxy.replace(/^socks5h:/, 'socks5:') : `http://${proxy}`;
}
