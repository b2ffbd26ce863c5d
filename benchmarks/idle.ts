import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { startScriptedServer } from '@fusion-kit/upstreams/scripted/server';
import { print } from './measure.ts';
import { type TreeUse, treeUse } from './process-tree.ts';
import { watch } from '../tests/watch-server.ts';
import { openStage } from './stage.ts';

// What a server with twenty agents that have nothing to do costs, in windows of two seconds: processor time of the whole process tree (100 % is one
// core) and its memory, and what it asks of their provider. The peer is a Node process that does nothing at all, measured in the same windows. For more than
// the twenty seconds it takes otherwise: `IDLE_MINUTES=10 node benchmarks/idle.ts`.

const AGENTS = 20;
const SETTLE_MS = 3_000;
const WINDOW_MS = 2_000;
const MINUTES = Number(process.env['IDLE_MINUTES'] ?? 1 / 3);
const WINDOWS = Math.max(2, Math.round((MINUTES * 60_000) / WINDOW_MS));

interface Window extends TreeUse {
  cpuShare: number;
}

async function windows(pids: readonly number[]): Promise<Window[][]> {
  const found: Window[][] = pids.map(() => []);
  let before = await Promise.all(pids.map(treeUse));
  let since = performance.now();
  for (let n = 0; n < WINDOWS; n += 1) {
    await after(WINDOW_MS);
    const now = await Promise.all(pids.map(treeUse));
    const spanMs = performance.now() - since;
    for (const [at, use] of now.entries())
      found[at]!.push({ ...use, cpuShare: (100 * (use.cpuMs - before[at]!.cpuMs)) / spanMs });
    before = now;
    since += spanMs;
  }
  return found;
}

if (process.platform !== 'linux') {
  console.log('\nidle: skipped, it reads /proc');
  process.exit();
}
const provider = await startScriptedServer();
const stage = await openStage('idle', { LOCAL_KEY: provider.apiKey, FUSION_KIT_KEYRING: 'off' });
const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { stdio: 'ignore' });
try {
  await stage.addProvider('local', provider.baseUrl);
  const events = await watch(stage.server);
  const ids = await Promise.all(
    Array.from({ length: AGENTS }, async (_, n) => (await stage.spawnAgent(`idle-${n}`, 'local')).id),
  );
  for (const id of ids) await events.seen(({ event }) => event.type === 'agent.ready' && event.agentId === id);
  events.close();
  await after(SETTLE_MS);
  const before = provider.requests().length;
  const [ours = [], peer = []] = await windows([stage.server.pid, bare.pid!]);
  const asked = provider.requests().length - before;
  const claim = (what: string, unit: string, of: (window: Window) => number, aim?: number, note?: string) =>
    print({
      claim: `${what} of a server with ${AGENTS} idle agents`,
      unit,
      ours: ours.map(of),
      peer: { name: 'bare Node', samples: peer.map(of) },
      ...(aim && { aim, aimAt: 'mean' }),
      ...(note && { note }),
    });
  const busyBefore = `used until then, to start and to spawn them: ${ours[0]?.cpuMs.toFixed(0)} ms`;
  claim('processor time', '% of a core', (window) => window.cpuShare, 1, busyBefore);
  claim('resident memory (RSS)', 'MB', (window) => window.rssMb, 250, `processes in the tree: ${ours[0]?.processes}`);
  claim('memory, shared pages divided (PSS)', 'MB', (window) => window.pssMb);
  print({
    claim: `requests to the provider of ${AGENTS} idle agents in ${((WINDOWS * WINDOW_MS) / 60_000).toFixed(1)} minutes`,
    unit: 'requests',
    ours: [asked],
    aim: 1,
    aimAt: 'max',
  });
} finally {
  bare.kill();
  await once(bare, 'exit');
  await stage.close();
  await provider.close();
}
