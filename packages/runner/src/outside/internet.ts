import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';

/** How names become addresses and addresses connections. */
export interface Internet {
  /** All addresses of a name, the preferred ones first. */
  lookup(host: string): Promise<readonly string[]>;
  /** Begins to connect. */
  connect(address: string, port: number): Socket;
}

export const systemInternet: Internet = {
  lookup: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  connect: (address, port) => connect({ host: address, port, allowHalfOpen: true }),
};
