import { startServer } from '../tests/real-server.ts';
import { print } from './measure.ts';
import { watch } from '../tests/watch-server.ts';
import { openStage } from './stage.ts';

// A server whose hundred agents are all in the middle of a model call is killed and started again on its data directory: from the start of the new
// process until every one of the hundred tasks has begun again at its runner. The second line is the same server until it listens.

const AGENTS = 100;
const ROUNDS = 5;
const AIM_MS = 10_000;
/** Longer than all rounds together, so that no task ends before it is interrupted. */
const LONG = `<<SCRIPT [${Array(60).fill('{"tool":"list_files","sleepMs":60000}').join(',')}] >>`;

const nodes = Object.fromEntries(Array.from({ length: AGENTS }, (_, n) => [`n${n}`, { prompt: LONG, timeout: '1h' }]));
const stage = await openStage('restart');
let { server } = stage;
try {
  const source = JSON.stringify({ name: 'hundred', team: [{ name: 'worker', count: AGENTS }], nodes });
  const request = { project: stage.projectId, source, author: 'bench' };
  const workflow = await server.call<{ id: string }>('POST', '/workflows', request);
  await server.call('POST', `/workflows/${workflow.id}/start`, { provider: 'scripted' });

  /** When the last of the hundred has begun its turn, by the log of the present server after a number. */
  async function allAtWork(after: number): Promise<{ atMs: number; seq: number }> {
    const events = await watch(server, after);
    const begun = new Set<string>();
    const { view, atMs } = await events.seen(({ event }) => {
      if (event.type === 'task.started') begun.add(event.taskId);
      return begun.size === AGENTS;
    });
    events.close();
    return { atMs, seq: view.seq };
  }

  let { seq } = await allAtWork(0);
  const again: number[] = [];
  const listening: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await server.kill();
    const started = performance.now();
    server = await startServer({ home: stage.home });
    listening.push(performance.now() - started);
    const all = await allAtWork(seq);
    again.push(all.atMs - started);
    seq = all.seq;
  }
  print({
    claim: `${AGENTS} working agents, server killed: start of the next until all are at work again`,
    unit: 'ms',
    ours: again,
    peer: { name: 'listening', samples: listening },
    aim: AIM_MS,
    aimAt: 'max',
  });
} finally {
  await server.stop();
  await stage.close();
}
