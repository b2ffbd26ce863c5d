import type { Bridge, Reach } from '@fusion-kit/domain/ports/workspaces';
import { CAGE_PORT } from '../bridge/cage-port.ts';
import { openBridge } from '../bridge/bridge.ts';
import { socketPlace } from '../bridge/socket-place.ts';
import { allowedHosts } from './allowed-hosts.ts';
import { dialer } from './dial.ts';
import { type ForwardProxy, forwardProxy, type ForwardProxyOptions } from './forward-proxy.ts';
import type { Outside } from './outside.ts';

export interface WayOutOptions extends Pick<ForwardProxyOptions, 'refused'> {
  /** What commands in the cage reach without it. */
  network: 'none' | 'host';
  hosts: readonly string[];
  secrets: Readonly<Record<string, string>>;
}

/** How commands of a cage reach the hosts that are named for them, and no others. */
export interface WayOut {
  /** Where what they may reach is asked for; absent where that is nothing, or everything. */
  readonly proxy: ForwardProxy | undefined;
  /** What a command is given, with a bridge at whose end `proxy` is served. */
  reachBy(bridge: Bridge | undefined): Reach;
  /** Serves the proxy alone, until it is closed. */
  readonly open: () => Promise<{ reach: Reach; readonly close: () => Promise<void> }>;
}

/** Ports below are for privileged programs, which there are none of in a cage. */
const FREE_PORTS = 1_024;

export function wayOut(outside: Outside, { network, hosts, secrets, refused }: WayOutOptions): WayOut {
  const { everywhere, uncaged, internet, proxyFor } = outside;
  const readable = everywhere.readable;
  if (network === 'host' || hosts.length === 0) {
    const env = { ...everywhere.env, ...(network === 'host' && uncaged), ...secrets };
    const reachBy = (bridge: Bridge | undefined): Reach => ({ env, readable, bridge });
    return { proxy: undefined, reachBy, open: async () => ({ reach: reachBy(undefined), close: async () => {} }) };
  }
  const allowed = allowedHosts(hosts);
  const loopback = allowed.loopbackPorts.filter((port) => port >= FREE_PORTS && port !== CAGE_PORT);
  const own = `http://127.0.0.1:${CAGE_PORT}`;
  const env = { ...everywhere.env, ...proxyVariables(own), ...secrets };
  const make = (): ForwardProxy => forwardProxy({ dial: dialer({ internet, proxyFor, allowed }), refused, own });
  const reachBy = (bridge: Bridge | undefined): Reach => ({
    env,
    readable,
    bridge: bridge && { ...bridge, loopback: [...new Set(loopback)] },
  });
  return {
    proxy: make(),
    reachBy,
    async open() {
      const { path: socket, remove } = await socketPlace(outside.directory);
      try {
        const { close } = await openBridge({ socket }, nothingElse, {}, make());
        return { reach: reachBy({ socket, port: CAGE_PORT }), close: () => close().finally(remove) };
      } catch (error) {
        await remove();
        throw error;
      }
    },
  };
}

const nothingElse = async (): Promise<Response> => new Response('this is a proxy\n', { status: 404 });

/** The names under which programs look for a proxy. What is asked of the cage's own loopback goes there. */
function proxyVariables(url: string): Record<string, string> {
  const own = 'localhost,127.0.0.1,::1';
  return {
    HTTP_PROXY: url,
    HTTPS_PROXY: url,
    NO_PROXY: own,
    http_proxy: url,
    https_proxy: url,
    no_proxy: own,
    NODE_USE_ENV_PROXY: '1',
    YARN_HTTP_PROXY: url,
    YARN_HTTPS_PROXY: url,
  };
}
