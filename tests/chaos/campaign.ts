import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { Agent } from '@fusion-kit/domain/agent';
import type { Run } from '@fusion-kit/domain/run';
import { agentsFileOf } from '@fusion-kit/runtimes/programs/agents-file';
import { type RealServer, repository, ROOT, scratch, startServer } from '../real-server.ts';
import { audit } from './audit.ts';
import { Client, untilItDies } from './client.ts';
import { AT_ANY_MOMENT, type Point } from './points.ts';
import { hashOfUserFiles } from './user-files.ts';
import type { Workload } from './workload.ts';

/** What came of one point, or of all. */
export interface Figures {
  /** Servers that ended themselves there. */
  kills: number;
  /** Lives in which it was never crossed; they were ended from outside. */
  missed: number;
  /** From the start of the process after such a death until it listened. */
  recoveriesMs: number[];
}

export interface Outcome {
  points: Map<string, Figures>;
  facts: number;
  runs: number;
  events: number;
  /** What did not hold, each with its story. */
  wrong: string[];
}

export interface Campaign {
  /** The place where each life ends, in order. */
  points: readonly Point[];
  workload: Workload;
  random: () => number;
}

const SERVER = [process.execPath, join(ROOT, 'tests/chaos/server.ts')];
/** How long a life may last whose point is not crossed. */
const PATIENCE_MS = 2_500;
/** When nobody is killed any more and nothing at all has happened for so long, what has not ended is stuck. However busy the machine is. */
const STUCK_MS = 60_000;

/** What is at work for the agents of a data directory, by what was started. */
async function processesOf(home: string): Promise<string[]> {
  const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const found: string[] = [];
  for (const pid of await readdir('/proc').catch(() => []))
    if (/^\d+$/.test(pid) && (await read(pid, 'environ')).includes(home))
      found.push((await read(pid, 'cmdline')).replaceAll('\0', ' '));
  return found;
}

/** Lives of one data directory, each ended at its point; then a last one in which everything has to come to its end, and an audit. */
export async function campaign({ points, workload, random }: Campaign): Promise<Outcome> {
  const home = await scratch('chaos');
  const place = await scratch('mosaic');
  const outcome: Outcome = { points: new Map(), facts: 0, runs: 0, events: 0, wrong: [] };
  let server: RealServer | undefined;
  try {
    await repository(place.path, { 'README.md': 'A mosaic.\n' });
    await writeFile(join(place.path, 'README.md'), 'A mosaic, being changed by its owner.\n');
    const untouched = await hashOfUserFiles(place.path);
    const scenario = join(home.path, 'scenario.json');
    await writeFile(scenario, JSON.stringify(workload.scenario));
    if (workload.programs) await writeFile(agentsFileOf(home.path), JSON.stringify(workload.programs));
    const start = (env: Record<string, string> = {}) =>
      startServer({ home: home.path, program: SERVER, env: { FUSION_KIT_SCENARIO: scenario, ...env } });

    server = await start();
    const project = await server.call<{ id: string }>('POST', '/projects', { path: place.path });
    const saved = await server.call<{ id: string }>('POST', '/workflows', {
      project: project.id,
      source: workload.source,
    });
    await server.kill();
    const client = new Client(project.id);
    const runs = new Runs(saved.id);

    let before: Figures | undefined;
    for (const point of points) {
      const figures = outcome.points.get(point.name) ?? { kills: 0, missed: 0, recoveriesMs: [] };
      outcome.points.set(point.name, figures);
      const startedAt = performance.now();
      const env = {
        CHAOS_POINT: point.name,
        CHAOS_CROSSING: String(1 + Math.floor(random() * point.upTo)),
        CHAOS_WITHIN_MS: String(point.withinMs ?? 0),
      };
      const begun = await start(env).catch((thrown: Error) => thrown);
      if (begun instanceof Error) {
        if (!begun.message.includes(`died ${point.name}`)) throw begun;
        figures.kills += 1; // it had not even come up
        before = figures;
        continue;
      }
      server = begun;
      before?.recoveriesMs.push(performance.now() - startedAt);
      const living = Promise.all([
        client.talk(begun),
        runs.keepGoing(begun, point.after === 'another run is started'),
        point.after === 'an agent is let go' && untilItDies(letAnAgentGo(begun, project.id)),
        point.after === 'a list is read' && untilItDies(again(begun, 'GET', '/tasks?state=queued&limit=5')),
        // Younger than the rows are, so that some of it is archived before its rows are written.
        point.after === 'the log is archived' && untilItDies(again(begun, 'POST', '/archive', { keepEvents: 5 })),
      ]);
      const fromOutside = point.name === AT_ANY_MOMENT;
      const longestMs = fromOutside ? random() * (point.withinMs ?? 0) : (point.patienceMs ?? PATIENCE_MS);
      await Promise.race([begun.gone, after(longestMs, undefined, { ref: false })]);
      const died = fromOutside || begun.said().includes(`died ${point.name}`);
      figures[died ? 'kills' : 'missed'] += 1;
      before = died ? figures : undefined;
      await begun.kill();
      await living;
    }

    server = await start();
    const ended = await runs.allEnd(server, client);
    await server.stop();
    server = undefined;
    outcome.runs = ended.length;
    outcome.facts = client.facts.length;
    const { events, wrong } = await audit({
      home: home.path,
      repository: place.path,
      facts: client.facts,
      runs: ended,
      workload,
    });
    Object.assign(outcome, { events, wrong });
    outcome.wrong.push(...(await processesOf(home.path)).map((left) => `left behind: ${left}`));
    if ((await hashOfUserFiles(place.path)) !== untouched) outcome.wrong.push("the user's repository was changed");
    return outcome;
  } finally {
    await server?.kill();
    await home.remove();
    await place.remove();
  }
}

async function again(server: RealServer, ...asked: [method: string, path: string, body?: unknown]): Promise<never> {
  for (;;) {
    await server.call(...asked);
    await after(50);
  }
}

async function letAnAgentGo(server: RealServer, project: string): Promise<void> {
  const name = `guest-${Math.floor(server.pid)}`;
  const agent = await server.call<Agent>('POST', '/agents', { project, name, provider: 'scripted' });
  let now = agent;
  while (now.state === 'spawning') {
    await after(20);
    now = await server.call<Agent>('GET', `/agents/${agent.id}`);
  }
  await server.call('DELETE', `/agents/${agent.id}`);
}

/** Keeps one run of a workflow under way. */
class Runs {
  readonly #workflow: string;
  readonly #ids: string[] = [];
  #asked = 0;

  constructor(workflow: string) {
    this.#workflow = workflow;
  }

  /** Starts the next run when the last one has ended, and one at once where it is wished, until the server is gone. */
  keepGoing(server: RealServer, another: boolean): Promise<void> {
    return untilItDies(this.#keepGoing(server, another));
  }

  async #keepGoing(server: RealServer, another: boolean): Promise<void> {
    if (another) await this.#start(server);
    for (;;) {
      const last = this.#ids.at(-1);
      const run = last && (await server.call<Run>('GET', `/runs/${last}`));
      if (!run || (run.state !== 'running' && run.state !== 'paused')) await this.#start(server);
      await after(50);
    }
  }

  async #start(server: RealServer): Promise<void> {
    // The key counts the runs that are known, so one that was started and not answered for is not started twice.
    const key = `run-${this.#asked}`;
    const path = `/workflows/${this.#workflow}/start`;
    const { run } = await server.call<{ run: Run }>('POST', path, { provider: 'scripted' }, { 'idempotency-key': key });
    this.#asked += 1;
    this.#ids.push(run.id);
  }

  /** Every run as it is when the last one has ended, or when nothing happens any more. */
  async allEnd(server: RealServer, client: Client): Promise<Run[]> {
    let seen = 0;
    for (let seenAt = performance.now(); ;) {
      const runs = await Promise.all(this.#ids.map((id) => server.call<Run>('GET', `/runs/${id}`)));
      const { items } = await server.call<{ items: { seq: number }[] }>('GET', '/events?order=newest&limit=1');
      const head = items[0]?.seq ?? 0;
      if (head !== seen) seenAt = performance.now();
      seen = head;
      if (runs.every((run) => run.state !== 'running') || performance.now() - seenAt > STUCK_MS) return runs;
      await client.answer(server);
      await after(200);
    }
  }
}
