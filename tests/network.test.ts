import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer as createSite, type Server as Site } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { wholeText } from '@fusion-kit/domain/kept-text';
import type { Runtime, Turn } from '@fusion-kit/domain/ports/runtime';
import type { WorkflowDefinition } from '@fusion-kit/domain/workflow';
import type { Internet } from '@fusion-kit/runner/outside/internet';
import { afterEach, describe, expect, it } from 'vitest';
import { agentWork, node, runEnds, tasksOf } from './house.ts';
import { scratch } from './real-server.ts';
import { command, openWorkingHouse, type WorkingHouse, type WorkingHouseOptions } from './working-house.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function portOf(server: Server | Site): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** An internet of one machine: every name leads to one site, on every port, which says where it was asked. */
async function internet(answer: (url: string) => string | Buffer = () => ''): Promise<Internet & { asked: string[] }> {
  const asked: string[] = [];
  const port = await portOf(
    createSite((incoming, outgoing) => {
      asked.push(`${incoming.headers.host}${incoming.url}`);
      outgoing.end(answer(incoming.url ?? '') || `this is ${incoming.headers.host}`);
    }),
  );
  return {
    asked,
    lookup: async () => ['93.184.216.34'],
    connect: () => connect({ host: '127.0.0.1', port, allowHalfOpen: true }),
  };
}

async function house(options: WorkingHouseOptions): Promise<WorkingHouse> {
  const opened = await openWorkingHouse(options);
  closers.push(() => opened.close());
  return opened;
}

/** An agent that is a script in its cage; what that prints is its claim. */
const program: Runtime = {
  id: 'program',
  needsModel: () => false,
  async *run(turn, signal) {
    yield* [];
    return { summary: await said(turn, turn.work.prompt, signal), outputs: {} };
  },
};

async function said(turn: Turn, script: string, signal: AbortSignal): Promise<string> {
  const line = turn.cage('/bin/sh', ['-c', script], { env: { HOUSE: turn.services?.url ?? '' } });
  const child = spawn(line.command, line.args, { cwd: line.cwd, env: line.env, stdio: ['ignore', 'pipe', 'pipe'] });
  signal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  const [out, complaints] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return out + complaints;
}

/** Has each agent of the team do what its script says, and gives what they printed. */
async function worked({ engine, start }: WorkingHouse, scripts: Record<string, string>): Promise<string[]> {
  const run = await start(
    Object.entries(scripts).map(([capability, script], at) =>
      node(`n${at}`, [], {
        work: { ...agentWork('x'), prompt: script, outputs: ['summary'] },
        requires: capability === '' ? [] : [capability],
      }),
    ),
  );
  expect((await runEnds(engine, run.id)).event).toMatchObject({ type: 'run.completed' });
  const tasks = await tasksOf(engine, run.id);
  return Promise.all(tasks.map(({ outputs }) => wholeText(engine.blobs, outputs?.['summary'] ?? '')));
}

const curl = (url: string, ...options: string[]) => `curl -sS --max-time 20 ${options.join(' ')} ${url} 2>&1; echo;`;
/** As HTTPS is asked for by a proxy, but for the encryption inside. */
const tunnelled = (host: string) => curl(`http://${host}:443/`, '--proxytunnel');

const refusals = async ({ engine }: WorkingHouse) =>
  (await engine.events(0, 100, { types: ['host.refused'] })).map(({ event }) =>
    event.type === 'host.refused' ? event.destination : '',
  );

describe('an agent with hosts', () => {
  it('reaches these from its cage, by every client that knows proxies, and nothing else; a person sees what it tried', async () => {
    const net = await internet();
    const opened = await house({
      runtimes: [program],
      team: [{ runtime: 'program', hosts: ['good.example', 'good.example:80', '*.deep.example:80'] }],
      outside: { internet: net },
    });
    const [seen = ''] = await worked(opened, {
      '': `${curl('http://good.example/plain')} ${tunnelled('good.example')} ${curl('http://a.deep.example/')}
        node -e "fetch('http://good.example/node').then(a => a.text()).then(t => console.log('node:', t))"
        ${curl('http://evil.example/')} ${curl('http://evil.example/again')} ${tunnelled('evil.example')}
        ${curl('http://good.example/', '--noproxy "*"')} ${curl('http://93.184.216.34/', '--noproxy "*"')}`,
    });
    expect(seen).toContain('this is good.example\n');
    expect(seen).toContain('this is good.example:443\n');
    expect(seen).toContain('this is a.deep.example\n');
    expect(seen).toContain('node: this is good.example\n');
    expect(seen).toMatch(/evil\.example:80 is not among the hosts .* Name it in `hosts`/);
    expect(seen).toMatch(/CONNECT tunnel failed, response 403/);
    expect(seen).toMatch(/Could not resolve host: good\.example/);
    expect(net.asked).toEqual(['good.example/plain', 'good.example:443/', 'a.deep.example/', 'good.example/node']);
    await expect.poll(() => refusals(opened)).toEqual(['evil.example:80', 'evil.example:443']);
  });

  it('still reaches the house by the same way, and no other service of this machine', async () => {
    const reached: string[] = [];
    const port = await portOf(createServer(() => reached.push('service')));
    const opened = await house({
      runtimes: [program],
      team: [{ runtime: 'program', hosts: ['good.example'] }],
      outside: { internet: await internet() },
    });
    const [seen = ''] = await worked(opened, {
      '': `${curl('$HOUSE/v1/models', '-o /dev/null -w "house %{http_code}"')} ${curl('$HOUSE/v1/models', `--noproxy '' -o /dev/null -w "by proxy %{http_code}"`)}
        ${curl(`http://127.0.0.1:${port}/`)} ${curl(`http://127.0.0.1:${port}/`, `--noproxy ''`)}`,
    });
    expect(seen).toMatch(/house 401.*by proxy 401/s);
    expect(seen).toMatch(/Failed to connect to 127\.0\.0\.1/);
    expect(seen).toContain(`127.0.0.1:${port} is not among the hosts`);
    expect(reached).toEqual([]);
  });

  it('has them for itself alone', async () => {
    const net = await internet();
    const opened = await house({
      runtimes: [program],
      team: [
        { runtime: 'program', capabilities: ['one'], hosts: ['one.example:80'] },
        { runtime: 'program', capabilities: ['two'], hosts: ['two.example:80'] },
        { runtime: 'program', capabilities: ['none'] },
      ],
      outside: {
        internet: net,
        hostsOf: ({ capabilities }) => (capabilities.includes('two') ? ['vendor.example:80'] : []),
      },
    });
    const ask = curl('http://one.example/') + curl('http://two.example/') + curl('http://vendor.example/');
    const [one = '', two = '', none = ''] = await worked(opened, { one: ask, two: ask, none: ask });
    expect(one.match(/this is .*/g)).toEqual(['this is one.example']);
    expect(two.match(/this is .*/g)).toEqual(['this is two.example', 'this is vendor.example']);
    expect(none.match(/Could not resolve host/g)).toHaveLength(3);
    expect(net.asked).toHaveLength(3);
  });

  it('may be given a port of this machine, which it connects to as if that were its own', async () => {
    const named = await portOf(createServer((socket) => void socket.end('a database\n')));
    const other = await portOf(createServer((socket) => void socket.end('a secret\n')));
    const opened = await house({ runtimes: [program], team: [{ runtime: 'program', hosts: [`localhost:${named}`] }] });
    const talk = (port: number) =>
      `node -e "require('net').connect(${port}, 'localhost').on('error', e => console.log(e.code)).pipe(process.stdout)";`;
    const [seen = ''] = await worked(opened, { '': talk(named) + talk(other) });
    expect(seen).toBe('a database\nECONNREFUSED\n');
  });
});

/** Runs these commands as nodes, and gives what each printed and how the run ended. */
async function ran(
  { engine, start }: WorkingHouse,
  scripts: readonly string[],
  more: Partial<WorkflowDefinition> = {},
) {
  const nodes = scripts.map((script, at) => node(`n${at}`, [], { work: command(script), requires: [] }));
  const run = await start(nodes, more);
  const { event } = await runEnds(engine, run.id);
  const tasks = await tasksOf(engine, run.id);
  const outputs = tasks.map(({ outputs: of }) => wholeText(engine.blobs, of?.['stdout'] ?? ''));
  return { event, printed: await Promise.all(outputs) };
}

describe('the commands of a workflow', () => {
  it('reach what it names, and nothing without', async () => {
    const opened = await house({ outside: { internet: await internet() } });
    const ask = `${curl('http://good.example/')} true`;
    expect((await ran(opened, [ask], { hosts: ['good.example:80'] })).printed[0]).toBe('this is good.example');
    expect((await ran(opened, [ask])).printed[0]).toContain('Could not resolve host');
  });

  it('that judge the work reach it too', async () => {
    const net = await internet();
    const opened = await house({ outside: { internet: net } });
    const ask = (path: string) => `curl -sS --fail --max-time 20 http://good.example/${path}`;
    const work = command('true', { verify: [ask('verify')] });
    const run = await opened.start([node('one', [], { work, requires: [] })], {
      check: [ask('check')],
      hosts: ['good.example:80'],
    });
    expect((await runEnds(opened.engine, run.id)).event).toMatchObject({ type: 'run.completed' });
    expect(net.asked).toEqual(['good.example/verify', 'good.example/check']);
  });

  it('of its setup reach the public registries where it names nothing, its check does not', async () => {
    const net = await internet();
    const opened = await house({ outside: { internet: net } });
    const setup = [`${tunnelled('registry.npmjs.org')} ${tunnelled('pypi.org')} ${tunnelled('evil.example')} true`];
    await ran(opened, ['true'], { setup, check: [`${curl('http://registry.npmjs.org/', '--proxytunnel')} true`] });
    expect(net.asked).toEqual(['registry.npmjs.org:443/', 'pypi.org:443/']);
  });

  it('of its setup reach exactly what it names, and a failure says what they were kept from', async () => {
    const net = await internet();
    const opened = await house({ outside: { internet: net } });
    const setup = [`curl -sS --fail --proxytunnel http://registry.npmjs.org:443/`];
    const { event } = await ran(opened, ['true'], { setup, check: ['true'], hosts: ['own.example'] });
    expect(event).toMatchObject({
      type: 'run.failed',
      failure: {
        code: 'setup_failed',
        message: expect.stringContaining('refused to connect: registry.npmjs.org:443 is not among'),
      },
    });
    expect(net.asked).toEqual([]);
  });

  it('install packages with npm, and test with them', async () => {
    const place = await scratch('package');
    closers.push(() => place.remove());
    await mkdir(join(place.path, 'package'));
    await writeFile(
      join(place.path, 'package/package.json'),
      '{"name":"greeting","version":"1.0.0","main":"index.js"}',
    );
    await writeFile(join(place.path, 'package/index.js'), 'module.exports = "hello from a package"');
    const tarball = execFileSync('tar', ['-cz', '-C', place.path, 'package']);
    const dist = { tarball: 'http://registry.example/greeting/-/greeting-1.0.0.tgz' };
    const version = { name: 'greeting', version: '1.0.0', dist };
    const document = { name: 'greeting', 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } };
    const net = await internet((url) => (url.endsWith('.tgz') ? tarball : JSON.stringify(document)));
    const opened = await house({
      files: {
        'package.json': '{"name":"shop","version":"1.0.0","dependencies":{"greeting":"1.0.0"}}',
        '.npmrc': 'registry=http://registry.example/\naudit=false\nfund=false\n',
      },
      outside: { internet: net },
    });
    const use = 'node -p "require(\'greeting\')"';
    const more = { setup: ['npm install --no-progress'], check: [use], hosts: ['registry.example:80'] };
    const { event } = await ran(opened, [`npm install --no-progress --silent && ${use}`], more);
    expect(event).toMatchObject({ type: 'run.completed', checks: [{ exitCode: 0, output: 'hello from a package\n' }] });
  });
});
