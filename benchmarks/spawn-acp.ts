import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openPrograms } from '@fusion-kit/runtimes/programs/open-programs';
import { startScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { missingProgram } from '../tests/agent-installs.ts';
import { scratch } from '../tests/real-server.ts';
import { watch } from '../tests/watch-server.ts';
import { median, print } from './measure.ts';
import { openStage } from './stage.ts';

// From the request that spawns an agent whose program is Claude Code to the conversation that it has opened by the Agent Client Protocol, with its files on a
// warm disk: its clone, its cage, its HOME, its first task's workspace, the program's start and its session. Its model is scripted, behind the gateway.
// The first of all is not counted: it reads the program's files from the disk. The peer is the same program with nothing around it: no house, no cage, no
// workspace, a new HOME each time.

const PROGRAM = 'claude';
const ROUNDS = 8;
const AIM_MS = 3_000;
const SAID = 'It is done.';

const missing = await missingProgram(PROGRAM, tmpdir());
if (missing) {
  console.log(`\nspawn-acp: skipped, it needs ${PROGRAM}: ${missing}`);
  process.exit();
}

/** The program alone, from its start to its session. */
async function bare(home: string): Promise<number> {
  const programs = openPrograms({ env: process.env, dataDir: tmpdir() });
  const { acp } = programs.named(PROGRAM);
  const found = acp && (await programs.find(acp));
  if (!found) throw new Error(`${PROGRAM} is gone`);
  await mkdir(home);
  const startedAt = performance.now();
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
    ANTHROPIC_API_KEY: 'none',
    IS_SANDBOX: '1',
  };
  const child = spawn(found.command, found.args, { cwd: home, env, detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (id: number, method: string, params: object): Promise<void> => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    for (let line; !(line = await lines.next()).done;) if (line.value.includes(`"id":${id}`)) return;
    throw new Error(`${PROGRAM} ended without an answer to ${method}`);
  };
  await ask(1, 'initialize', { protocolVersion: 1, clientCapabilities: {} });
  await ask(2, 'session/new', { cwd: home, mcpServers: [] });
  const tookMs = performance.now() - startedAt;
  process.kill(-child.pid!, 'SIGKILL');
  await once(child, 'close');
  return tookMs;
}

const closers: (() => Promise<unknown> | void)[] = [];
try {
  const provider = await startScriptedServer();
  closers.push(() => provider.close());
  const stage = await openStage('spawn-acp', { LOCAL_KEY: provider.apiKey, FUSION_KIT_KEYRING: 'off' });
  closers.push(() => stage.close());
  await stage.addProvider('local', provider.baseUrl);
  const { server, projectId } = stage;
  const events = await watch(server);
  closers.push(() => events.close());

  const spawned = async (round: number): Promise<{ readyMs: number; openedMs: number }> => {
    const source = JSON.stringify({
      name: `acp-${round}`,
      team: [{ name: 'worker', runtime: 'acp', program: PROGRAM, provider: 'local', model: 'scripted/coder' }],
      nodes: { work: { title: 'Work', prompt: `Say it. <<SCRIPT ${JSON.stringify([{ say: SAID }])} >>` } },
    });
    const saved = { project: projectId, source, author: 'bench' };
    const { id } = await server.call<{ id: string }>('POST', '/workflows', saved);
    const startedAt = performance.now();
    const { run } = await server.call<{ run: { id: string } }>('POST', `/workflows/${id}/start`, {});
    const started = await events.seen(({ event }) => event.type === 'task.started' && event.runId === run.id);
    const opened = await events.seen(
      ({ event }) => (event.type === 'session.opened' || event.type === 'run.failed') && event.runId === run.id,
    );
    const ended = await events.seen(
      ({ event }) => (event.type === 'run.completed' || event.type === 'run.failed') && event.runId === run.id,
    );
    if (ended.view.event.type !== 'run.completed')
      throw new Error(`the run ended with ${JSON.stringify(ended.view.event)}`);
    return { readyMs: started.atMs - startedAt, openedMs: opened.atMs - startedAt };
  };

  const homes = await scratch('spawn-acp-homes');
  closers.push(() => homes.remove());
  await spawned(0);
  const samples = [];
  const alone = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    samples.push(await spawned(round));
    alone.push(await bare(join(homes.path, String(round))));
  }
  print({
    claim: `spawn of an agent that is ${PROGRAM}, request to an open conversation, warm`,
    unit: 'ms',
    ours: samples.map(({ openedMs }) => openedMs),
    peer: { name: 'it alone', samples: alone },
    aim: AIM_MS,
    aimAt: 'p95',
    note: `to the start of its first task: ${median(samples.map(({ readyMs }) => readyMs)).toFixed(0)} ms`,
  });
} finally {
  for (const close of closers.toReversed()) await close();
}
