import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Health } from '@fusion-kit/domain/api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findServer } from './find-server.ts';
import { readServerFile, removeServerFile, type ServerFile, writeServerFile } from './server-file.ts';
import { stopServer } from './stop-server.ts';

let dataDir: string;
const opened: Server[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'fusion-kit-find-'));
});
afterEach(async () => {
  for (const server of opened.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(dataDir, { recursive: true, force: true });
});

const health: Health = {
  status: 'ok',
  version: '9.9.9',
  schemaVersion: 1,
  pid: process.pid,
  dataDir: '/data',
  sandbox: 'none',
  leash: [],
  uptimeMs: 1,
  lastSeq: 0,
  synchronous: 'full',
  counts: { agents: 0, runningTasks: 0, queuedTasks: 0, runs: 0 },
};

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  opened.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const fileFor = (url: string, more: Partial<ServerFile> = {}): ServerFile => ({
  url,
  token: 'token',
  pid: process.pid,
  version: '9.9.9',
  startedAt: 1,
  ...more,
});

/** A number that belonged to a process a moment ago. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid!;
}

it('finds a server by its file, its process and its answer to the token', async () => {
  const url = await listen((request, response) => {
    const trusted = request.headers.authorization === 'Bearer token';
    response.end(JSON.stringify(trusted ? health : { status: 'ok', version: '9.9.9' }));
  });
  await writeServerFile(dataDir, fileFor(url));
  expect(await findServer(dataDir)).toEqual({ state: 'running', server: fileFor(url), health });
});

it('finds none where there is no file, or one that is not ours', async () => {
  expect(await findServer(dataDir)).toEqual({ state: 'none' });
  await writeFile(join(dataDir, 'server.json'), '{"url": "http://example.com"');
  expect(await findServer(dataDir)).toEqual({ state: 'none' });
  await writeFile(join(dataDir, 'server.json'), JSON.stringify(fileFor('http://example.com:8000')));
  expect(await findServer(dataDir)).toEqual({ state: 'none' });
});

it('takes a file as stale when its process is gone', async () => {
  const url = await listen((_request, response) => response.end(JSON.stringify(health)));
  await writeServerFile(dataDir, fileFor(url, { pid: await deadPid() }));
  expect(await findServer(dataDir)).toMatchObject({ state: 'stale' });
});

it('takes a file as stale when nothing listens at its address any more', async () => {
  const url = await listen(() => undefined);
  const server = opened.pop()!;
  await new Promise((resolve) => server.close(resolve));
  await writeServerFile(dataDir, fileFor(url));
  expect(await findServer(dataDir)).toMatchObject({ state: 'stale' });
});

it('takes a file as stale when a server of another data directory has its port by now', async () => {
  const url = await listen((_request, response) => response.end(JSON.stringify({ status: 'ok', version: '9.9.9' })));
  await writeServerFile(dataDir, fileFor(url));
  expect(await findServer(dataDir)).toMatchObject({ state: 'stale' });
});

it('calls a server that lives and gives no sensible answer silent: neither running nor gone', async () => {
  const url = await listen((_request, response) => {
    response.statusCode = 500;
    response.end('broken');
  });
  await writeServerFile(dataDir, fileFor(url));
  expect(await findServer(dataDir)).toMatchObject({ state: 'silent', server: { pid: process.pid } });
});

it('keeps the file to its owner, leaves no draft behind, and removes only its own', async () => {
  await writeServerFile(dataDir, fileFor('http://127.0.0.1:1'));
  expect((await stat(join(dataDir, 'server.json'))).mode & 0o777).toBe(0o600);
  expect(await readdir(dataDir)).toEqual(['server.json']);
  await removeServerFile(dataDir, process.pid + 1);
  expect(await readServerFile(dataDir)).toBeDefined();
  await removeServerFile(dataDir, process.pid);
  expect(await readServerFile(dataDir)).toBeUndefined();
});

it('stops nothing for a stale file, and clears it away', async () => {
  const pid = await deadPid();
  await writeServerFile(dataDir, fileFor('http://127.0.0.1:1', { pid }));
  expect(await stopServer(dataDir)).toEqual({ pid, how: 'gone' });
  expect(await readServerFile(dataDir)).toBeUndefined();
});

it('signals no process that does not answer and does not look like a server', async () => {
  const bystander = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  await once(bystander, 'spawn');
  try {
    const url = await listen((_request, response) => {
      response.statusCode = 500;
      response.end('broken');
    });
    await writeServerFile(dataDir, fileFor(url, { pid: bystander.pid! }));
    await expect(stopServer(dataDir)).rejects.toMatchObject({ code: 'server_unreachable' });
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
  } finally {
    bystander.kill('SIGKILL');
  }
});
