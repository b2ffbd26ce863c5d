import { once } from 'node:events';
import http from 'node:http';
import { createServer as createTcpServer, type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Project } from '@fusion-kit/domain/project';
import { onTestFinished, expect, test } from 'vitest';
import type { ServerOptions } from './options.ts';
import { gate } from './test/gate.ts';
import { openHouse, TOKEN } from './test/house.ts';

async function listening(change?: Partial<ServerOptions>) {
  const house = openHouse(change);
  onTestFinished(() => house.server.close());
  return { house, ...(await house.server.listen({ port: 0 })) };
}

/** What the server says to a request written by hand. */
async function raw(port: number, lines: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end([...lines, '', ''].join('\r\n'));
  return text(socket);
}

/** Posts a project whose body announces no length; answers the status. */
async function postInPieces(port: number, pieces: string[]): Promise<number | undefined> {
  const headers = { authorization, 'content-type': 'application/json' };
  const request = http.request({ port, host: '127.0.0.1', path: '/api/v1/projects', method: 'POST', headers });
  for (const piece of pieces) request.write(piece);
  request.end();
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
  await text(answer);
  return answer.statusCode;
}

const authorization = `Bearer ${TOKEN}`;

test('it answers over a socket on loopback, with and without a body', async () => {
  const { url, port } = await listening();
  expect(url).toBe(`http://127.0.0.1:${port}`);
  const headers = { authorization, 'content-type': 'application/json' };
  const made = await fetch(`${url}/api/v1/projects`, { method: 'POST', headers, body: '{"path":"/tmp/x"}' });
  const project = Project.parse(await made.json());
  const shown = await fetch(`${url}/api/v1/projects/${project.id}`, { headers });
  expect(await shown.json()).toEqual(project);
});

test('a taken port is named', async () => {
  const other = createTcpServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  await expect(openHouse().server.listen({ port })).rejects.toMatchObject({
    code: 'port_taken',
    message: expect.stringContaining(String(port)),
  });
});

test('while it listens, its name needs its port', async () => {
  const { port } = await listening();
  const ask = (host: string, more: string[] = []) =>
    raw(port, ['GET /api/v1/health HTTP/1.1', `Host: ${host}`, 'Connection: close', ...more]);
  expect(await ask(`localhost:${port}`)).toMatch(/^HTTP\/1.1 200 /);
  expect(await ask(`localhost:${port}`, [`Origin: http://localhost:${port}`])).toMatch(/^HTTP\/1.1 200 /);
  expect(await ask(`localhost:${port + 1}`)).toContain('forbidden_host');
  expect(await ask('localhost')).toContain('forbidden_host');
  expect(await ask('evil.example')).toContain('forbidden_host');
  expect(await ask(`localhost:${port}`, [`Origin: http://localhost:${port + 1}`])).toContain('forbidden_origin');
});

test('a path written to leave the page is not followed', async () => {
  const { port } = await listening({ dashboardDir: import.meta.dirname });
  for (const path of [
    '/../package.json',
    '/%2e%2e/package.json',
    '//../package.json',
    '/..%5cpackage.json',
    '\\..\\package.json',
  ]) {
    const answer = await raw(port, [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, 'Connection: close']);
    expect(answer).toMatch(/^HTTP\/1.1 40[04] /);
    expect(answer).not.toContain('@fusion-kit/server');
  }
});

test('a body of 2 MB is refused and the next request is answered', async () => {
  const { url, port, house } = await listening();
  const headers = { authorization, 'content-type': 'application/json' };
  const body = JSON.stringify({ path: 'x'.repeat(2_000_000) });
  const refused = await fetch(`${url}/api/v1/projects`, { method: 'POST', headers, body });
  expect(refused.status).toBe(413);
  expect(await refused.json()).toMatchObject({ error: { code: 'body_too_large' } });
  expect(await postInPieces(port, [body])).toBe(413);
  expect((await fetch(`${url}/api/v1/projects`, { headers })).status).toBe(200);
  expect(house.engine.head).toBe(0);
});

test('a body that comes in pieces is read whole', async () => {
  const { port, house } = await listening();
  expect(await postInPieces(port, ['{"path":', '"/tmp/', 'pieces"}'])).toBe(201);
  expect(house.engine.entries[0]?.event).toMatchObject({ path: '/tmp/pieces' });
});

test('a client that offers another protocol is answered by this one', async () => {
  const { port } = await listening();
  const lines = [
    'GET /api/v1/health HTTP/1.1',
    `Host: localhost:${port}`,
    'Connection: Upgrade, close',
    'Upgrade: h2c',
  ];
  expect(await raw(port, lines)).toMatch(/^HTTP\/1.1 200 /);
});

test('closed, it lets the port go; the answer under way still arrives, later requests are refused', async () => {
  const { url, port, house } = await listening();
  const reading = gate();
  const mayAnswer = gate();
  house.engine.find = async () => {
    reading.open();
    await mayAnswer.opened;
    return [];
  };
  const answer = fetch(`${url}/api/v1/projects`, { headers: { authorization } });
  await reading.opened;
  const closed = house.server.close();
  expect(await house.refusal('GET', 'health', undefined, { host: `127.0.0.1:${port}` })).toMatchObject({
    status: 503,
    code: 'shutting_down',
  });
  mayAnswer.open();
  expect((await answer).status).toBe(200);
  await closed;
  const again = openHouse();
  await again.server.listen({ port });
  await again.server.close();
});
