import { once } from 'node:events';
import { request } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { connect as secure } from 'node:tls';
import { FusionError } from '@fusion-kit/domain/errors';
import { until } from '../until.ts';
import type { AllowedHosts } from './allowed-hosts.ts';
import { type CorporateProxy, proxyAuthorization } from './corporate-proxy.ts';
import { isInnerAddress } from './inner-address.ts';
import type { Internet } from './internet.ts';

/** Longest for a name, and for a connection to one of its addresses or by a proxy. */
const WAIT_MS = 15_000;
/** Of the addresses of a name so many are tried. */
const ADDRESSES_MAX = 4;

export interface DialOptions {
  internet: Internet;
  proxyFor: CorporateProxy;
  allowed: AllowedHosts;
}

/** Opens connections to what is allowed, and to nothing else. */
export interface Dial {
  /** @throws {FusionError} `host_refused` when it may not be reached */
  admit(host: string, port: number): void;
  /**
   * A connection on which bytes go to the host itself, through the corporate proxy where one leads there.
   * @throws {FusionError} `host_refused` when its addresses may not be reached; the error of the system when it cannot be
   */
  open(host: string, port: number, signal: AbortSignal): Promise<Socket>;
  /** A connection to the host for plain HTTP; with `proxy` it ends at that, which is to be asked for the whole address. */
  openPlain(host: string, port: number, signal: AbortSignal): Promise<{ socket: Socket; proxy?: URL }>;
}

export function dialer({ internet, proxyFor, allowed }: DialOptions): Dial {
  const admit = (host: string, port: number): void => {
    if (!allowed.admits(host, port))
      throw refused(`${host}:${port} is not among the hosts that may be reached from here`);
  };

  /** Who controls a permitted name must not lead to services of this machine or its network by it. The address that was judged is the one connected to. */
  async function addressesOf(host: string, port: number, signal: AbortSignal): Promise<string[]> {
    const all = isIP(host) ? [host] : await within(internet.lookup(host), signal);
    const permitted = all.filter((address) => !isInnerAddress(address) || allowed.namesAddress(address, port));
    if (permitted.length > 0) return permitted.slice(0, ADDRESSES_MAX);
    throw refused(`${host}:${port} is at ${all.join(', ') || 'no address'}, which is not on the internet`, {
      remedy: 'If it is meant to be reached, name that address with its port in `hosts` too.',
    });
  }

  async function direct(host: string, port: number, signal: AbortSignal): Promise<Socket> {
    let failed: unknown;
    for (const address of await addressesOf(host, port, signal)) {
      try {
        return await connected(internet.connect(address, port), signal, 'connect');
      } catch (error) {
        signal.throwIfAborted();
        failed = error;
      }
    }
    throw failed;
  }

  async function toProxy(proxy: URL, signal: AbortSignal): Promise<Socket> {
    const port = Number(proxy.port) || (proxy.protocol === 'https:' ? 443 : 80);
    const host = bare(proxy.hostname);
    const [address = host] = isIP(host) ? [host] : await within(internet.lookup(host), signal);
    const socket = await connected(internet.connect(address, port), signal, 'connect');
    if (proxy.protocol === 'http:') return socket;
    return connected(secure({ socket, ...(isIP(host) === 0 && { servername: host }) }), signal, 'secureConnect');
  }

  return {
    admit,
    async open(host, port, signal) {
      admit(host, port);
      const proxy = proxyFor('https', host, port);
      if (!proxy) return direct(host, port, signal);
      admitByProxy(host, port);
      return tunnel(proxy, await toProxy(proxy, signal), `${host}:${port}`, signal);
    },
    async openPlain(host, port, signal) {
      admit(host, port);
      const proxy = proxyFor('http', host, port);
      if (!proxy) return { socket: await direct(host, port, signal) };
      admitByProxy(host, port);
      return { socket: await toProxy(proxy, signal), proxy };
    },
  };

  /** The proxy finds the addresses of names; of what is an address already the same is asked here. */
  function admitByProxy(host: string, port: number): void {
    if (isIP(host) && isInnerAddress(host) && !allowed.namesAddress(host, port))
      throw refused(`${host}:${port} is not on the internet`);
  }
}

/** @throws what the proxy answered when it does not lead there */
async function tunnel(proxy: URL, socket: Socket, target: string, signal: AbortSignal): Promise<Socket> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]);
  const headers = { host: target, ...proxyAuthorization(proxy) };
  const asked = request({ method: 'CONNECT', path: target, headers, createConnection: () => socket });
  const onAbort = (): void => void asked.destroy(stop.reason as Error);
  stop.addEventListener('abort', onAbort, { once: true });
  try {
    return await new Promise<Socket>((resolve, reject) => {
      asked.once('error', reject);
      asked.once('connect', ({ statusCode }, through: Socket, head) => {
        if (statusCode === 200) {
          if (head.length > 0) through.unshift(head);
          return resolve(through);
        }
        through.destroy();
        reject(new Error(`the proxy ${proxy.host} answered ${statusCode}`));
      });
      asked.end();
    });
  } finally {
    stop.removeEventListener('abort', onAbort);
  }
}

async function connected(socket: Socket, signal: AbortSignal, when: 'connect' | 'secureConnect'): Promise<Socket> {
  try {
    await once(socket, when, { signal: AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]) });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Looking a name up cannot be stopped, only left. */
const within = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  until(work, AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]));

const refused = (message: string, options = {}): FusionError => new FusionError('host_refused', message, options);

/** IPv6 addresses stand in brackets in URLs. */
const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');
