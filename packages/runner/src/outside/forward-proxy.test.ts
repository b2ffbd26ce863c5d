import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type RequestOptions, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openBridge } from '../bridge/bridge.ts';
import { allowedHosts } from './allowed-hosts.ts';
import { corporateProxy } from './corporate-proxy.ts';
import { dialer } from './dial.ts';
import { forwardProxy } from './forward-proxy.ts';
import type { Internet } from './internet.ts';

/** An address of the internet, as far as this house knows. */
const PUBLIC = '93.184.216.34';

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A site, and how often it was reached. */
async function site(answer: (asked: IncomingMessage, body: string) => string = () => 'hello') {
  const asked: IncomingMessage[] = [];
  const server = createServer(async (incoming, outgoing) => {
    asked.push(incoming);
    outgoing.setHeader('x-site', 'yes').end(answer(incoming, await text(incoming)));
  });
  return { asked, server, port: await listening(server) };
}

/** All names at the addresses given, all addresses at the ports of this test. */
function internet(
  names: Record<string, readonly string[]>,
  places: Record<string, number>,
): Internet & { reached: string[] } {
  const reached: string[] = [];
  return {
    reached,
    lookup: async (host) => names[host] ?? Promise.reject(new Error(`getaddrinfo ENOTFOUND ${host}`)),
    connect(address, port) {
      reached.push(`${address}:${port}`);
      return connect({ host: '127.0.0.1', port: places[`${address}:${port}`] ?? 1, allowHalfOpen: true });
    },
  };
}

async function proxied(hosts: readonly string[], net: Internet, env: Record<string, string> = {}, silentMs?: number) {
  const refused: [string, string][] = [];
  const socket = join(await temporaryDirectory(), 'own.sock');
  const proxy = forwardProxy({
    dial: dialer({ internet: net, proxyFor: corporateProxy(env), allowed: allowedHosts(hosts) }),
    refused: (...told) => refused.push(told),
    own: 'http://127.0.0.1:24080',
    ...(silentMs !== undefined && { silentMs }),
  });
  const services = async (): Promise<Response> => new Response('services');
  const bridge = await openBridge({ socket }, services, {}, proxy);
  onTestFinished(() => bridge.close());
  const dial = (): Socket => connect({ path: socket, allowHalfOpen: true });
  const ask = async (path: string, options: RequestOptions = {}, body?: string) => {
    const sent = request({ socketPath: socket, path, agent: false, ...options });
    sent.end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: answer.statusCode, headers: answer.headers, said: answer.statusMessage, body: await text(answer) };
  };
  /** What comes of a request through a tunnel. */
  const tunnel = async (target: string, sent = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n') => {
    const through = dial();
    through.write(`CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n\r\n`);
    through.end(sent);
    return text(through);
  };
  return { bridge, refused, dial, ask, tunnel };
}

describe('a proxy of what is allowed', () => {
  const open = async (hosts: readonly string[] = ['site.example', 'site.example:80']) => {
    const there = await site((asked, body) => `${asked.method} ${asked.url} ${asked.headers.host} ${body}`);
    const places = { [`${PUBLIC}:80`]: there.port, [`${PUBLIC}:443`]: there.port };
    const net = internet({ 'site.example': [PUBLIC], 'other.example': [PUBLIC] }, places);
    return { ...there, net, ...(await proxied(hosts, net)) };
  };

  it('opens tunnels, in which bytes go both ways until each side has said all', async () => {
    const { tunnel } = await open();
    expect(await tunnel('site.example:443')).toMatch(
      /^HTTP\/1\.1 200 Connection established\r\n\r\nHTTP\/1\.1 200 OK.*GET \/ x/s,
    );
  });

  it('passes plain requests on, as the one they are for wants them', async () => {
    const { ask, asked } = await open();
    const headers = {
      'proxy-authorization': 'Basic x',
      connection: 'x-hop',
      'x-hop': '1',
      'x-kept': '1',
      host: 'evil.example',
    };
    const answer = await ask('http://site.example/a?b=c', { method: 'POST', headers }, 'body');
    expect(answer).toMatchObject({ status: 200, body: 'POST /a?b=c site.example body', headers: { 'x-site': 'yes' } });
    expect(asked[0]?.headers).toMatchObject({ 'x-kept': '1' });
    expect(Object.keys(asked[0]?.headers ?? {})).not.toContain('x-hop');
    expect(Object.keys(asked[0]?.headers ?? {})).not.toContain('proxy-authorization');
  });

  it('refuses every other host and port, says what to do, and tells of it', async () => {
    const { ask, tunnel, refused, net } = await open(['site.example']);
    const plain = await ask('http://other.example/');
    expect(plain).toMatchObject({ status: 403, said: expect.stringContaining('other.example:80 is not among') });
    expect(plain.body).toContain('Name it in `hosts`');
    expect(await tunnel('other.example:443')).toMatch(/^HTTP\/1\.1 403 .*Name it in `hosts`/s);
    expect(await tunnel('site.example:22')).toContain('HTTP/1.1 403');
    expect((await ask('http://site.example/')).status).toBe(403);
    expect(refused.map(([destination]) => destination)).toEqual([
      'other.example:80',
      'other.example:443',
      'site.example:22',
      'site.example:80',
    ]);
    expect(net.reached).toEqual([]);
  });

  it('refuses what is no host and port', async () => {
    const { tunnel } = await open();
    for (const target of ['site.example', 'site.example:0', 'site.example:99999', 'a@site.example:443', '/x:443'])
      expect(await tunnel(target)).toMatch(/^HTTP\/1\.1 400/);
  });

  it('leaves to the services what is asked of them, also by way of a proxy', async () => {
    const { ask } = await open();
    expect((await ask('/v1/messages')).body).toBe('services');
    expect((await ask('http://127.0.0.1:24080/v1/messages')).body).toBe('services');
    expect((await ask('http://127.0.0.1:24081/')).status).toBe(403);
  });

  it('breaks tunnels off when it is closed, and when nothing is said in them for long', async () => {
    const there = await site();
    const net = internet({ 'site.example': [PUBLIC] }, { [`${PUBLIC}:443`]: there.port });
    for (const silentMs of [60_000, 50]) {
      const { dial, bridge } = await proxied(['site.example'], net, {}, silentMs);
      const through = dial();
      through.write('CONNECT site.example:443 HTTP/1.1\r\n\r\n');
      expect(String((await once(through, 'data'))[0])).toContain('200 Connection established');
      const ended = once(through, 'close');
      through
        .resume()
        .on('error', () => {})
        .on('end', () => through.end());
      if (silentMs > 1_000) await bridge.close();
      await ended;
    }
  });

  it('says that a host cannot be reached where that is so', async () => {
    const { tunnel } = await proxied(['gone.example', 'site.example'], internet({ 'site.example': [PUBLIC] }, {}));
    expect(await tunnel('gone.example:443')).toMatch(/^HTTP\/1\.1 502 .*ENOTFOUND/s);
    expect(await tunnel('site.example:443')).toMatch(/^HTTP\/1\.1 502 .*ECONNREFUSED/s);
  });
});

describe('a permitted name', () => {
  it.each([['127.0.0.1'], ['10.0.0.5'], ['169.254.169.254'], ['::1'], ['::ffff:192.168.0.1']])(
    'that leads to %s is refused before anything is connected to',
    async (address) => {
      const net = internet({ 'site.example': [address] }, {});
      const { tunnel, refused } = await proxied(['site.example'], net);
      expect(await tunnel('site.example:443')).toMatch(/^HTTP\/1\.1 403 .*name that address/s);
      expect(refused).toHaveLength(1);
      expect(net.reached).toEqual([]);
    },
  );

  it('is connected to at the address that was judged, and not at its others', async () => {
    const there = await site();
    const net = internet({ 'site.example': ['127.0.0.1', PUBLIC] }, { [`${PUBLIC}:443`]: there.port });
    const { tunnel } = await proxied(['site.example'], net);
    expect(await tunnel('site.example:443')).toContain('hello');
    expect(net.reached).toEqual([`${PUBLIC}:443`]);
  });

  it('may lead into the own network where its address is named too', async () => {
    const there = await site();
    const net = internet({ 'npm.corp': ['10.1.2.3'] }, { '10.1.2.3:443': there.port });
    const { tunnel } = await proxied(['npm.corp', '10.1.2.3'], net);
    expect(await tunnel('npm.corp:443')).toContain('hello');
  });

  it('may be that of this machine', async () => {
    const there = await site();
    const net = internet({ localhost: ['::1', '127.0.0.1'] }, { '127.0.0.1:5432': there.port });
    const { tunnel } = await proxied(['localhost:5432'], net);
    expect(await tunnel('localhost:5432')).toContain('hello');
    expect(await tunnel('127.0.0.1:5432')).toContain('403');
  });
});

describe('behind the proxy of a company', () => {
  /** It knows names that nobody else does. */
  async function company(inner: number) {
    const asked: string[] = [];
    const server = createServer((incoming, outgoing) => {
      asked.push(`${incoming.url} ${incoming.headers['proxy-authorization']}`);
      outgoing.end('from the company');
    });
    server.on('connect', (incoming, client, head) => {
      asked.push(`${incoming.url} ${incoming.headers['proxy-authorization']}`);
      if (incoming.url === 'blocked.example:443') return void client.end('HTTP/1.1 407 No\r\n\r\n');
      const far = connect(inner, '127.0.0.1');
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      far.write(head);
      client.pipe(far).pipe(client);
    });
    const port = await listening(server);
    const url = 'http://user:password@proxy.corp:3128';
    const net = internet({ 'proxy.corp': ['10.0.0.1'] }, { '10.0.0.1:3128': port });
    return { asked, net, env: { HTTP_PROXY: url, HTTPS_PROXY: url } };
  }
  const AUTHORIZATION = `Basic ${Buffer.from('user:password').toString('base64')}`;

  it('what is allowed goes through that, which finds the names', async () => {
    const { asked, net, env } = await company((await site()).port);
    const { tunnel, ask } = await proxied(['site.example', 'site.example:80'], net, env);
    expect(await tunnel('site.example:443')).toContain('hello');
    expect((await ask('http://site.example/a')).body).toBe('from the company');
    expect(asked).toEqual([`site.example:443 ${AUTHORIZATION}`, `http://site.example/a ${AUTHORIZATION}`]);
  });

  it('what is not allowed is refused before it is asked for', async () => {
    const { asked, net, env } = await company(1);
    const { tunnel } = await proxied(['site.example'], net, env);
    expect(await tunnel('other.example:443')).toContain('403');
    expect(asked).toEqual([]);
  });

  it('its own refusal is told', async () => {
    const { net, env } = await company(1);
    const { tunnel } = await proxied(['blocked.example'], net, env);
    expect(await tunnel('blocked.example:443')).toMatch(/^HTTP\/1\.1 502 .*proxy\.corp:3128 answered 407/s);
  });
});
