import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, createServer, type IncomingMessage, request, type RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { ReservationId } from '@fusion-kit/domain/ids';
import type { Meter } from '@fusion-kit/domain/ports/upstream';
import { gateway } from '@fusion-kit/gateway/gateway';
import { openBridge } from '@fusion-kit/runner/bridge/bridge';
import { openAiCompatibleUpstream } from '@fusion-kit/upstreams/openai-compatible';
import { acrossBridge } from '@fusion-kit/workspaces/sandbox/across-bridge';
import { sampleStart } from '@fusion-kit/testing/runner-parts';
import { median, print, quantile } from './measure.ts';

// What stands between an agent's program and its model adds to the time until the first byte of an answer: the gateway with the upstream's ledger, once on the
// loopback and once at the far end of a cage's bridge. The peer is the same question put to the same model without anything in between. The model is a process of
// its own on this machine and answers at once, so nothing hides what is added. Questions are asked in turns: one of each, again and again;
// a sample is what one took more than the direct one of its round.

const ROUNDS = 400;
const WARM = 40;
/** So many rounds in a row are looked at alone. */
const PART = 50;
const AIM_MS = 5;
const WAYS = ['direct', 'gateway', 'bridge'] as const;
const BRIDGE_PORT = 24_081;
/** A conversation in the middle of a task, in characters. */
const CONVERSATION = 60_000;

const body = JSON.stringify({
  model: 'canned',
  stream: true,
  messages: Array.from({ length: 30 }, () => ({ role: 'user', content: 'word '.repeat(CONVERSATION / 30 / 5) })),
});

/** Answers at once in three pieces; run in a process of its own. */
async function serveModel(): Promise<void> {
  const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
  const server = createServer((asked, answer) => {
    if (asked.method === 'GET')
      return void answer.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[]}');
    asked.resume().once('end', () => {
      answer.writeHead(200, { 'content-type': 'text/event-stream' });
      answer.write(event({ choices: [{ index: 0, delta: { content: 'Good ' } }] }));
      answer.write(event({ choices: [{ index: 0, delta: { content: 'day' }, finish_reason: 'stop' }] }));
      answer.write(event({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 2 } }));
      answer.end('data: [DONE]\n\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
}

/** Milliseconds from the question until the first byte of the answer; resolves when the answer is whole. */
async function firstByte(place: RequestOptions): Promise<number> {
  const begun = performance.now();
  const asked = request({
    ...place,
    method: 'POST',
    headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
  });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const ended = once(answer, 'end');
  await once(answer, 'data');
  const took = performance.now() - begun;
  if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}`);
  await ended;
  return took;
}

const unmetered: Meter = {
  reserve: async () => ReservationId.parse(`rsv_${'0'.repeat(26)}`),
  settle: async () => {},
};

async function measure(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-'));
  const model = fork(import.meta.filename, ['model']);
  const [port] = (await once(model, 'message')) as [number];
  const upstream = openAiCompatibleUpstream({
    baseUrl: `http://127.0.0.1:${port}/v1`,
    model: 'canned',
    meter: unmetered,
  });
  const ask = gateway({ clientOf: () => ({ caller: sampleStart().caller, upstream, model: 'canned' }) });
  const socket = join(directory, 'own.sock');
  const [loopback, far] = [await openBridge('loopback', ask), await openBridge({ socket }, ask)];
  const line = acrossBridge({ socket, port: BRIDGE_PORT }, 'sleep', ['600']);
  const cage = spawn(line.command, line.args, { stdio: 'inherit' });
  const ports: Record<(typeof WAYS)[number], number> = { direct: port, gateway: loopback.port, bridge: BRIDGE_PORT };
  const places = WAYS.map((way): RequestOptions => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    return { host: '127.0.0.1', port: ports[way], path: '/v1/chat/completions', agent };
  });
  const took: Record<(typeof WAYS)[number], { ms: number; processorMs: number }[]> = {
    direct: [],
    gateway: [],
    bridge: [],
  };
  try {
    for (let tries = 0; ; tries += 1) {
      const up = await firstByte(places.at(-1)!).catch(() => undefined);
      if (up !== undefined || tries === 200) break;
      await after(50);
    }
    for (let round = -WARM; round < ROUNDS; round += 1)
      for (const [at, way] of WAYS.entries()) {
        const before = process.cpuUsage();
        const ms = await firstByte(places[at]!);
        const { user, system } = process.cpuUsage(before);
        if (round >= 0) took[way].push({ ms, processorMs: (user + system) / 1_000 });
      }
  } finally {
    for (const { agent } of places) if (agent instanceof Agent) agent.destroy();
    cage.kill('SIGKILL');
    model.kill('SIGKILL');
    await Promise.all([loopback.close(), far.close()]);
    await rm(directory, { recursive: true, force: true });
  }
  const direct = took.direct.map(({ ms }) => ms);
  for (const way of ['gateway', 'bridge'] as const) {
    const ours = took[way].map(({ ms }) => ms);
    const added = ours.map((ms, at) => ms - direct[at]!);
    const processorMs =
      median(took[way].map((one) => one.processorMs)) - median(took.direct.map((one) => one.processorMs));
    const where = way === 'gateway' ? 'at the gateway' : "at the gateway through a cage's bridge";
    const size = `a conversation of ${Math.round(body.length / 1_000)} kB`;
    print({
      claim: `added to the first byte of a streamed answer, ${where}`,
      unit: 'ms',
      ours: added,
      aim: AIM_MS,
      aimAt: 'p95',
      peer: [
        { name: 'all direct', samples: direct },
        { name: 'all ours', samples: ours },
      ],
      note: `${size}; p95 of the calmest ${PART} rounds ${calmest(direct, added).toFixed(1)}; processor time of this process ${processorMs.toFixed(1)} more than direct (medians)`,
    });
  }
}

/** The p95 of the part of the rounds in which the peer was the steadiest: what else the machine does is least of it there. */
function calmest(peer: readonly number[], added: readonly number[]): number {
  const parts = Array.from({ length: Math.floor(peer.length / PART) }, (_, at) => at * PART);
  const disturbed = (from: number) => quantile(peer.slice(from, from + PART), 0.95);
  const from = parts.toSorted((one, other) => disturbed(one) - disturbed(other))[0] ?? 0;
  return quantile(added.slice(from, from + PART), 0.95);
}

await (process.argv[2] === 'model' ? serveModel() : measure());
