import { isIP } from 'node:net';
import { FusionError } from '@fusion-kit/domain/errors';

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy that leads to a host, as the environment says; undefined where the way is direct. */
export type CorporateProxy = (scheme: 'http' | 'https', host: string, port: number) => URL | undefined;

/** The variables that say so, as they are set. */
export const PROXY_VARIABLES = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
] as const;

/** Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY as curl and Node do; the lower-case names go first. This machine is never asked for by a proxy. Pure. @throws {FusionError} `usage` */
export function corporateProxy(env: Environment): CorporateProxy {
  const proxies = {
    http: proxyUrl(env, ['http_proxy', 'HTTP_PROXY']),
    https: proxyUrl(env, ['https_proxy', 'HTTPS_PROXY']),
  };
  const direct = (env['no_proxy'] || env['NO_PROXY'] || '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  return (scheme, host, port) => {
    const isHere = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
    return isHere || direct.some((entry) => covers(entry, host, port)) ? undefined : proxies[scheme];
  };
}

/** @throws {FusionError} `usage`; the address is not quoted, it may hold a password */
function proxyUrl(env: Environment, names: readonly string[]): URL | undefined {
  const name = names.find((each) => env[each]);
  const text = name === undefined ? undefined : env[name];
  if (!text) return undefined;
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new FusionError('usage', `${name} does not hold the address of an HTTP proxy`, {
    remedy: `Set it to http://HOST:PORT, or leave it unset.`,
  });
}

/** `*`; `name` and all below it, as `.name` and `*.name` too; either with a port. */
function covers(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  const [, name = '', ofPort] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (ofPort !== undefined && Number(ofPort) !== port) return false;
  return host === name || host.endsWith(`.${name}`);
}

/** The header that a proxy with a name and password in its address is to be sent. */
export const proxyAuthorization = ({ username, password }: URL): Record<string, string> =>
  username === ''
    ? {}
    : {
        'proxy-authorization': `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`,
      };
