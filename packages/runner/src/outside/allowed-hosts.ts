/** The port of an entry that names none. */
const USUAL_PORT = 443;
const PORT_MAX = 65_535;

export interface AllowedHosts {
  /** Whether one of the entries names this host and port. */
  admits(host: string, port: number): boolean;
  /** Whether an entry names the address itself, so that also one of this machine or its network may be connected to. */
  namesAddress(address: string, port: number): boolean;
  /** The ports of this machine's own loopback that are named, each once; a number that no port has is none. */
  readonly loopbackPorts: readonly number[];
}

/** Reads entries as `AllowedHost` has them: `name`, `*.name`, either with `:port`. Pure. */
export function allowedHosts(entries: readonly string[]): AllowedHosts {
  const known = entries.map(parsed);
  const names = (name: string, port: number): boolean =>
    known.some((entry) => !entry.below && entry.name === name && entry.port === port);
  const isBelow = (host: string, port: number): boolean =>
    known.some((entry) => entry.below && host.endsWith(`.${entry.name}`) && entry.port === port);
  return {
    admits(host, port) {
      const name = normal(host);
      return names(name, port) || isBelow(name, port);
    },
    namesAddress: (address, port) => names(address, port) || (isLoopback(address) && names('localhost', port)),
    loopbackPorts: [...new Set(known.filter(isOfLoopback).map(({ port }) => port))],
  };
}

interface Entry {
  name: string;
  below: boolean;
  port: number;
}

const isOfLoopback = ({ below, name, port }: Entry): boolean => !below && isLoopback(name) && port <= PORT_MAX;

function parsed(entry: string): Entry {
  const [host = '', port = ''] = entry.split(':');
  const below = host.startsWith('*.');
  return { name: normal(below ? host.slice(2) : host), below, port: port === '' ? USUAL_PORT : Number(port) };
}

/** As names are compared: `Example.COM.` and `example.com` are one. */
const normal = (host: string): string => host.toLowerCase().replace(/\.$/, '');

const isLoopback = (host: string): boolean => host === 'localhost' || host === '127.0.0.1' || host === '::1';
