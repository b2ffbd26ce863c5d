import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { scratch } from '../tests/real-server.ts';
import { print } from './measure.ts';
import { watch } from '../tests/watch-server.ts';
import { openStage } from './stage.ts';

// From the request that spawns a model-loop agent to the event that says it is ready: its clone, its cage and the check of its provider. The peer is
// the least that a clone of one's own costs: `git clone --shared --no-checkout` and a HOME. (An agent's files are checked out with its first task.)

const ONE_AT_A_TIME = 40;
const AT_ONCE = 20;
const AIM_MS = 1_000;
const run = promisify(execFile);

const stage = await openStage('spawn');
const copies = await scratch('bench-clones');
const events = await watch(stage.server);
try {
  let sandbox = 'none';
  const spawn = async (name: string): Promise<number> => {
    const started = performance.now();
    const agent = await stage.spawnAgent(name);
    const { view, atMs } = await events.seen(
      ({ event }) => (event.type === 'agent.ready' || event.type === 'agent.failed') && event.agentId === agent.id,
    );
    if (view.event.type !== 'agent.ready') throw new Error(`${name} did not come up: ${JSON.stringify(view.event)}`);
    ({ sandbox } = view.event);
    return atMs - started;
  };
  const clone = async (name: string): Promise<number> => {
    const started = performance.now();
    await run('git', ['clone', '--quiet', '--shared', '--no-checkout', stage.repository, join(copies.path, name)]);
    await mkdir(join(copies.path, `${name}-home`));
    return performance.now() - started;
  };

  const ours: number[] = [];
  const clones: number[] = [];
  for (let n = 0; n < ONE_AT_A_TIME; n += 1) {
    ours.push(await spawn(`single-${n}`));
    clones.push(await clone(`single-${n}`));
  }
  const count = Array.from({ length: AT_ONCE }, (_, n) => `together-${n}`);
  const oursTogether = await Promise.all(count.map(spawn));
  const clonesTogether = await Promise.all(count.map(clone));

  const peer = 'git clone';
  print({
    claim: 'spawn of a model-loop agent, request to ready, one at a time',
    unit: 'ms',
    ours,
    peer: { name: peer, samples: clones },
    aim: AIM_MS,
    aimAt: 'p95',
    note: `sandbox: ${sandbox}; the first also makes the project store: ${ours[0]?.toFixed(0)} ms`,
  });
  print({
    claim: `spawn of ${AT_ONCE} model-loop agents at once, each from request to ready`,
    unit: 'ms',
    ours: oursTogether,
    peer: { name: peer, samples: clonesTogether },
    aim: AIM_MS,
    aimAt: 'p95',
  });
} finally {
  events.close();
  await stage.close();
  await copies.remove();
}
