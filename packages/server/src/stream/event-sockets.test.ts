import { once } from 'node:events';
import {
  type Frame,
  Frame as FrameSchema,
  FRAMES_MAX,
  SUBPROTOCOL,
  TOKEN_SUBPROTOCOL_PREFIX,
} from '@fusion-kit/domain/api';
import { SCHEMA_VERSION } from '@fusion-kit/domain/entry';
import { expect, onTestFinished, test } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import type { ServerOptions } from '../options.ts';
import { furnished, type House, openHouse, toldEvents, TOKEN, VERSION } from '../test/house.ts';
import { gate } from '../test/gate.ts';

const authorization = `Bearer ${TOKEN}`;

async function listening(change?: Partial<ServerOptions>) {
  const house = openHouse(change);
  onTestFinished(() => house.server.close());
  const { port } = await house.server.listen({ port: 0 });
  return { house, port, address: (query: string) => `ws://127.0.0.1:${port}/ws/events?${query}` };
}

/** A client that keeps every frame it gets. */
class Client {
  readonly frames: Frame[] = [];
  readonly messages: Frame[][] = [];
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  #more = gate();

  constructor(address: string, options: ClientOptions = { headers: { authorization } }, protocols: string[] = []) {
    this.socket = new WebSocket(address, protocols, options);
    onTestFinished(() => this.socket.terminate());
    this.socket.on('message', (data: Buffer) => {
      const frames = FrameSchema.array().parse(JSON.parse(data.toString()));
      this.messages.push(frames);
      this.frames.push(...frames);
      this.#more.open();
    });
    this.closed = once(this.socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  }

  get seqs(): number[] {
    return this.frames.flatMap((frame) => (frame.kind === 'entry' ? [frame.seq] : []));
  }

  async until(enough: () => boolean): Promise<void> {
    while (!enough()) {
      this.#more = gate();
      await this.#more.opened;
    }
  }
}

/** The status that an upgrade is refused with. */
async function refusedWith(
  address: string,
  options: ClientOptions,
  protocols: string[] = [],
): Promise<number | undefined> {
  const socket = new WebSocket(address, protocols, options);
  socket.on('error', () => {});
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }];
  socket.terminate();
  return answer.statusCode;
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

async function longLog(house: House, count: number, text: string) {
  const { project } = await furnished(house);
  house.engine.append(...toldEvents(project.id, house.engine.newId('tsk'), house, count, text));
  return project;
}

test('hello comes first, then every entry after the number, then what happens', async () => {
  const { house, address } = await listening();
  const { project } = await furnished(house);
  const client = new Client(address('after=1'));
  await client.until(() => client.seqs.length === 2);
  await house.engine.createProject({ path: '/tmp/live', budget: {} }, { key: 'a-secret-key', digest: 'd' });
  expect(house.engine.entries.at(-1)?.keyed).toBeDefined();
  await client.until(() => client.seqs.length === 3);
  expect(client.frames[0]).toEqual({ kind: 'hello', schemaVersion: SCHEMA_VERSION, serverVersion: VERSION, head: 3 });
  expect(client.seqs).toEqual([2, 3, 4]);
  expect(client.frames[1]).toMatchObject({ kind: 'entry', event: { type: 'agent.spawning', projectId: project.id } });
  expect(JSON.stringify(client.frames)).not.toContain('a-secret-key');
});

test('a client that comes back after its last number sees nothing twice and misses nothing', async () => {
  const { house, address } = await listening();
  const project = await longLog(house, 500, 'before');
  const first = new Client(address('after=0'));
  await first.until(() => first.seqs.length >= 250);
  first.socket.terminate();
  const last = first.seqs.at(-1)!;
  house.engine.append(...toldEvents(project.id, house.engine.newId('tsk'), house, 500, 'meanwhile'));
  const second = new Client(address(`after=${last}`));
  await second.until(() => second.seqs.at(-1) === house.engine.head);
  expect([...first.seqs.filter((seq) => seq <= last), ...second.seqs]).toEqual(numbers(1, house.engine.head));
});

test('no message holds more frames than it may', async () => {
  const { house, address } = await listening();
  await longLog(house, 1_000, 'x');
  const client = new Client(address('after=0'));
  await client.until(() => client.seqs.at(-1) === house.engine.head);
  expect(client.seqs).toEqual(numbers(1, house.engine.head));
  for (const message of client.messages) expect(message.length).toBeLessThanOrEqual(FRAMES_MAX);
});

test('one project can be followed alone', async () => {
  const { house, address } = await listening();
  const { project } = await furnished(house);
  await house.engine.createProject({ path: '/tmp/other', budget: {} });
  house.engine.append({ type: 'server.started', v: 1, version: VERSION, pid: 1 });
  const client = new Client(address(`after=0&project=${project.id}`));
  await client.until(() => client.seqs.at(-1) === house.engine.head);
  expect(client.seqs).toEqual([1, 2, 3, 5]);
});

test('what an agent is writing is gathered, and never shown after the event that completes it', async () => {
  const { house, address } = await listening();
  const { agent } = await furnished(house);
  const taskId = house.engine.newId('tsk');
  const client = new Client(address(`after=${house.engine.head}`));
  await client.until(() => client.frames.length > 0);
  for (const text of ['Hel', 'lo ', 'you']) house.engine.say({ agentId: agent.id, taskId, text });
  house.engine.append({ type: 'server.started', v: 1, version: VERSION, pid: 1 });
  await client.until(() => client.seqs.length === 1);
  expect(client.frames.slice(1)).toMatchObject([
    { kind: 'delta', agentId: agent.id, taskId, text: 'Hello you' },
    { kind: 'entry' },
  ]);
  house.engine.say({ agentId: agent.id, taskId, text: 'alone' });
  await client.until(() => client.frames.at(-1)?.kind === 'delta');
  expect(client.frames.at(-1)).toMatchObject({ text: 'alone' });
});

test('deltas of other projects are not shown to who follows one', async () => {
  const { house, address } = await listening();
  const { project, agent } = await furnished(house);
  const taskId = house.engine.newId('tsk');
  const client = new Client(address(`after=3&project=${project.id}`));
  await client.until(() => client.frames.length > 0);
  const shown = () => client.frames.filter((frame) => frame.kind === 'delta');
  house.engine.say({ agentId: house.engine.newId('agt'), taskId, text: 'foreign' });
  house.engine.say({ agentId: agent.id, taskId, text: 'known from here on' });
  await house.engine.read(() => {});
  house.engine.say({ agentId: agent.id, taskId, text: 'ours' });
  await client.until(() => shown().length > 0);
  expect(shown()).toMatchObject([{ agentId: agent.id, text: 'ours' }]);
});

test.each(['', 'after=', 'after=-1', 'after=1.5', 'after=x', 'after=1', 'after=0&project=x'])(
  'a socket for %j of an empty log is closed with a reason',
  async (query) => {
    const { address } = await listening();
    const client = new Client(address(query));
    const { code, reason } = await client.closed;
    expect(client.frames).toMatchObject([{ kind: 'hello', head: 0 }]);
    expect(code).toBe(4400);
    expect(reason).toMatch(/after|project/);
  },
);

test('a browser gives its token among the subprotocols, and does not get it back', async () => {
  const { port, address } = await listening();
  const options = { headers: { origin: `http://127.0.0.1:${port}` } };
  const client = new Client(address('after=0'), options, [SUBPROTOCOL, `${TOKEN_SUBPROTOCOL_PREFIX}${TOKEN}`]);
  await client.until(() => client.frames.length > 0);
  expect(client.socket.protocol).toBe(SUBPROTOCOL);
});

test('strangers are refused before the upgrade', async () => {
  const { port, address } = await listening();
  const all = address('after=0');
  const refusals: [number, ClientOptions, string[]?][] = [
    [401, {}],
    [401, { headers: { authorization: 'Bearer wrong' } }],
    [401, {}, [SUBPROTOCOL, `${TOKEN_SUBPROTOCOL_PREFIX}wrong`]],
    [403, { headers: { authorization, host: 'evil.example' } }],
    [403, { headers: { authorization, host: `evil.example:${port}` } }],
    [403, { headers: { authorization, origin: 'http://evil.example' } }],
    [403, { headers: { authorization, origin: `http://localhost:${port + 1}` } }],
    [409, { headers: { authorization, 'x-fusion-kit-version': '9.9.9' } }],
  ];
  for (const [status, options, protocols] of refusals) expect(await refusedWith(all, options, protocols)).toBe(status);
  expect(await refusedWith(`ws://127.0.0.1:${port}/ws/nothing`, { headers: { authorization } })).toBe(404);
  expect(await refusedWith(`ws://127.0.0.1:${port}/api/v1/health`, {})).toBe(200);
});

test('a plain request is told that this address is for sockets', async () => {
  expect(await openHouse().refusal('GET', '/ws/events?after=0')).toMatchObject({ status: 400, code: 'bad_request' });
});

test('beyond the limit a socket is refused until another one goes', async () => {
  const { house, address } = await listening({ sockets: { maxSockets: 2 } });
  const clients = [new Client(address('after=0')), new Client(address('after=0'))];
  for (const client of clients) await client.until(() => client.frames.length > 0);
  expect(await refusedWith(address('after=0'), { headers: { authorization } })).toBe(503);
  expect(house.engine.listeners).toBe(2);
  clients[0]!.socket.close();
  await clients[0]!.closed;
  const third = new Client(address('after=0'));
  await third.until(() => third.frames.length > 0);
});

test('for a client that does not read, the log is not read on; later it gets all of it', async () => {
  const { house, address, port } = await listening({ sockets: { bufferMaxBytes: 1_000_000 } });
  await longLog(house, 12_000, 'x'.repeat(4_000)); // 50 MB: more than the buffers of any system hold
  const client = new Client(address('after=0'));
  await client.until(() => client.frames.length > 0);
  client.socket.pause();
  // Whole requests go round meanwhile, so an unbounded reader would have come to the end of the log.
  for (let round = 0; round < 300; round++)
    await (await fetch(`http://127.0.0.1:${port}/api/v1/health`, { headers: { authorization } })).text();
  expect(house.engine.followed).toBeLessThan(10_000);

  // What is gathered for it goes before what is gathered for a client that came later, and is left out.
  const prompt = new Client(address(`after=${house.engine.head}`));
  await prompt.until(() => prompt.frames.length > 0);
  house.engine.say({ agentId: house.engine.newId('agt'), taskId: house.engine.newId('tsk'), text: 'now or never' });
  await prompt.until(() => prompt.frames.at(-1)?.kind === 'delta');

  client.socket.resume();
  await client.until(() => client.seqs.at(-1) === house.engine.head);
  expect(client.seqs).toEqual(numbers(1, house.engine.head));
  expect(client.frames.filter((frame) => frame.kind === 'delta')).toEqual([]);
});

test('a client that answers no ping is ended, one that answers stays', async () => {
  const { house, address } = await listening({ sockets: { pingEveryMs: 30 } });
  const silent = new Client(address('after=0'), { headers: { authorization }, autoPong: false });
  const alive = new Client(address('after=0'));
  expect((await silent.closed).code).toBe(1006);
  for (let pings = 0; pings < 3; pings++) await once(alive.socket, 'ping');
  await house.engine.createProject({ path: '/tmp/still', budget: {} });
  await alive.until(() => alive.seqs.length === 1);
});

test('a client that says too much is ended, the others go on', async () => {
  const { house, address } = await listening();
  const [talker, listener] = [new Client(address('after=0')), new Client(address('after=0'))];
  for (const client of [talker, listener]) await client.until(() => client.frames.length > 0);
  talker.socket.send('x'.repeat(100_000));
  expect((await talker.closed).code).toBe(1009);
  await house.engine.createProject({ path: '/tmp/still', budget: {} });
  await listener.until(() => listener.seqs.length === 1);
});

test('a client that leaves is forgotten', async () => {
  const { house, address } = await listening();
  const client = new Client(address('after=0'));
  await client.until(() => client.frames.length > 0);
  expect(house.engine.listeners).toBe(1);
  client.socket.close();
  await client.closed;
  const next = new Client(address('after=0'));
  await next.until(() => next.frames.length > 0);
  expect(house.engine.listeners).toBe(1);
});

test('when the log cannot be read any more the client is told', async () => {
  const { house, address } = await listening();
  const trouble = new Error('the disk is gone');
  house.engine.follow = async function* () {
    yield [];
    throw trouble;
  };
  expect((await new Client(address('after=0')).closed).code).toBe(1011);
  expect(house.logged).toEqual([trouble]);
});

test('a server that closes says goodbye to its sockets', async () => {
  const { house, address } = await listening();
  const client = new Client(address('after=0'));
  await client.until(() => client.frames.length > 0);
  await house.server.close();
  expect(await client.closed).toEqual({ code: 1001, reason: 'the server stops' });
  expect(house.engine.listeners).toBe(0);
});

test('a client that does not answer the goodbye holds nothing up for long', async () => {
  const { house, address } = await listening();
  const client = new Client(address('after=0'));
  await client.until(() => client.frames.length > 0);
  client.socket.pause();
  await house.server.close();
  expect(house.engine.listeners).toBe(0);
});
