import { request, STATUS_CODES, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import { proxyAuthorization } from './corporate-proxy.ts';
import type { Dial } from './dial.ts';

/** Longest that a connection may be open without a byte in either direction. */
const SILENT_MS = 600_000;
const CONNECTIONS_MAX = 100;

/** Headers that are meant for the next stop of a message and not for its end (RFC 9110 §7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

export interface ForwardProxy {
  /** Whether a request is for a proxy: it names the whole address of another place. */
  isFor(incoming: IncomingMessage): boolean;
  request(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void>;
  connect(incoming: IncomingMessage, client: Socket, head: Buffer): Promise<void>;
  /** Breaks off all that is under way. */
  close(): void;
}

export interface ForwardProxyOptions {
  dial: Dial;
  /** Told of each refusal: where it was to go, and why not. */
  refused: (destination: string, reason: string) => void;
  /** Where it is served itself: what is asked of that address is not for others. */
  own?: string;
  silentMs?: number;
}

/** An HTTP proxy for what is allowed: tunnels (`CONNECT`) and plain requests. What it refuses it answers with 403 and what to do about it. */
export function forwardProxy({ dial, refused, own, silentMs = SILENT_MS }: ForwardProxyOptions): ForwardProxy {
  const stop = new AbortController();
  const open = new Set<Socket>();
  const hold = (stream: Socket): void => {
    open.add(stream);
    stream.once('close', () => open.delete(stream));
  };

  const failure = (thrown: unknown, destination: string): FusionError => {
    if (thrown instanceof FusionError) {
      if (thrown.code === 'host_refused') refused(destination, thrown.message);
      return thrown;
    }
    const { message } = asFusionError(thrown);
    return new FusionError('provider_unreachable', `${destination} cannot be reached: ${message}`);
  };

  const enter = (): void => {
    if (open.size < CONNECTIONS_MAX * 2) return;
    throw new FusionError('connections_exhausted', `more than ${CONNECTIONS_MAX} connections are open from here`, {
      remedy: 'Close some of them.',
    });
  };

  return {
    isFor: ({ url = '' }) => /^http:\/\//i.test(url) && !(own !== undefined && url.startsWith(`${own}/`)),

    async connect(incoming, client, head) {
      client.on('error', () => client.destroy());
      hold(client);
      const target = targetOf(incoming.url ?? '');
      const destination = target ? `${target.host}:${target.port}` : shown(incoming.url ?? '');
      try {
        if (!target) throw new FusionError('bad_request', `${destination} is no HOST:PORT`);
        enter();
        const gone = new AbortController();
        client.once('close', () => gone.abort(new Error('the client has gone')));
        const far = await dial.open(target.host, target.port, AbortSignal.any([stop.signal, gone.signal]));
        hold(far);
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        if (head.length > 0) far.write(head);
        join(client, far, silentMs);
      } catch (thrown) {
        const { status, reason, body } = told(failure(thrown, destination));
        client.end(
          `HTTP/1.1 ${status} ${reason}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
        );
      }
    },

    async request(incoming, outgoing) {
      const url = new URL(incoming.url ?? '', 'http://nowhere.invalid');
      const port = Number(url.port) || 80;
      const destination = `${url.hostname}:${port}`;
      try {
        enter();
        const gone = new AbortController();
        outgoing.once('close', () => gone.abort(new Error('the client has gone')));
        const signal = AbortSignal.any([stop.signal, gone.signal]);
        const { socket, proxy } = await dial.openPlain(url.hostname, port, signal);
        hold(socket);
        socket.setTimeout(silentMs, () => socket.destroy());
        const asked = request({
          method: incoming.method ?? 'GET',
          path: proxy ? url.href : `${url.pathname}${url.search}`,
          headers: { ...onward(incoming), host: url.host, ...(proxy && proxyAuthorization(proxy)) },
          setHost: false,
          createConnection: () => socket,
          signal,
        });
        await new Promise<void>((resolve, reject) => {
          asked.once('error', reject);
          asked.once('response', (answer) => {
            outgoing.writeHead(answer.statusCode ?? 502, onward(answer));
            answer.once('error', () => outgoing.destroy());
            answer.pipe(outgoing).once('close', resolve);
          });
          incoming.pipe(asked);
        });
      } catch (thrown) {
        if (outgoing.headersSent) return void outgoing.destroy();
        const { status, reason, body } = told(failure(thrown, destination));
        outgoing.writeHead(status, reason, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
        outgoing.end(body);
      }
    },

    close() {
      stop.abort(new Error('the way out is closed'));
      for (const stream of open) stream.destroy();
    },
  };
}

/** What one side says the other hears, its end included; the end of one in disorder is the end of both, and so is long silence. */
function join(client: Socket, far: Socket, silentMs: number): void {
  for (const [from, to] of [
    [client, far],
    [far, client],
  ] as const) {
    from.setTimeout(silentMs, () => from.destroy());
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.once('close', () => {
      if (!from.readableEnded || to.writableFinished) to.destroy();
      else to.once('finish', () => to.destroy());
    });
  }
}

/** `HOST:PORT` as CONNECT names it. */
function targetOf(text: string): { host: string; port: number } | undefined {
  const [, host = '', port = ''] = /^(\[[0-9a-fA-F:.]+\]|[^\s:/@]+):(\d{1,5})$/.exec(text) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > 65_535) return undefined;
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 100));

/** A status line holds no line breaks, and clients show it where they hide the body. */
function told({ status, code, message, remedy }: FusionError): { status: number; reason: string; body: string } {
  const known = code === 'provider_unreachable' ? 502 : status;
  const plain = (text: string) => text.replaceAll(/[^\x20-\x7e]+/g, ' ');
  return {
    status: known,
    reason: code === 'host_refused' ? plain(`Refused by fusion-kit: ${message}`) : (STATUS_CODES[known] ?? 'Failed'),
    body: `fusion-kit: ${message}. ${remedy}\n`,
  };
}

/** The headers of a message without those that are for this stop, and those that it names as such. */
function onward({ headers }: IncomingMessage): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
}
