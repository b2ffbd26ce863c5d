import { tmpdir } from 'node:os';
import { startScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { missingProgram } from '../tests/agent-installs.ts';
import { watch } from '../tests/watch-server.ts';
import { print } from './measure.ts';
import { openStage } from './stage.ts';

// From the request that spawns an agent whose program is Claude Code to the conversation that it has opened by the Agent Client Protocol, with its files on a
// warm disk: its clone, its cage, its HOME, its first task's workspace, the program's start and its session. Its model is scripted, behind the gateway.
// The first of all is not counted: it reads the program's files from the disk.

const PROGRAM = 'claude';
const ROUNDS = 8;
const AIM_MS = 3_000;
const SAID = 'It is done.';

const missing = await missingProgram(PROGRAM, tmpdir());
if (missing) {
  console.log(`\nspawn-acp: skipped, it needs ${PROGRAM}: ${missing}`);
  process.exit();
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

  await spawned(0);
  const samples = [];
  for (let round = 1; round <= ROUNDS; round += 1) samples.push(await spawned(round));
  print({
    claim: `spawn of an agent that is ${PROGRAM}, request to an open conversation, warm`,
    unit: 'ms',
    ours: samples.map(({ openedMs }) => openedMs),
    peer: { name: 'without it', samples: samples.map(({ readyMs }) => readyMs) },
    aim: AIM_MS,
    aimAt: 'p95',
    note: 'without it: request to the start of the first task',
  });
} finally {
  for (const close of closers.toReversed()) await close();
}
