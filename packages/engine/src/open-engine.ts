import type { NewId } from '@fusion-kit/domain/ids';
import type { Admission } from '@fusion-kit/domain/ports/admission';
import type { Blobs } from '@fusion-kit/domain/ports/blobs';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { EngineEnd } from '@fusion-kit/domain/ports/transport';
import type { ProjectStore } from '@fusion-kit/domain/ports/workspaces';
import { TABLES } from '@fusion-kit/domain/row';
import type { Heartbeat } from '@fusion-kit/domain/runner-protocol';
import { World, type WorldOptions } from '@fusion-kit/domain/world';
import { Casts } from './again/casts.ts';
import { archiveLog } from './archive.ts';
import { Controller } from './control/controller.ts';
import { Deadlines } from './deadlines.ts';
import { diffRuns } from './diff-runs.ts';
import { Dispatcher } from './dispatcher.ts';
import type { Engine, LiveDelta } from './engine.ts';
import { Expiry } from './expiry.ts';
import { feed } from './follower.ts';
import { interruptedAt } from './interrupted.ts';
import { Landing } from './landing.ts';
import { loadActive } from './load.ts';
import { Log } from './log.ts';
import { ulidIds } from './new-id.ts';
import { recoveryOf } from './recovery.ts';
import { replayRun } from './replay.ts';
import { reportHandler } from './reports.ts';
import { Respawner } from './respawner.ts';
import { Scheduler } from './scheduler.ts';
import { DispatchTokens } from './tokens.ts';
import { useCases } from './use-cases.ts';
import { Watchdog, type WatchdogLimits } from './watchdog.ts';
import { Writer } from './writer.ts';

export interface EngineOptions extends WorldOptions {
  journal: Journal;
  /** Number of the last event when the journal was opened. */
  head: number;
  /** As read from the live connection. */
  synchronous: string;
  blobs: Blobs;
  transport: EngineEnd;
  store: ProjectStore;
  version: string;
  clock?: () => number;
  random?: () => number;
  newId?: NewId;
  /** Whether the machine has room for another agent at work; without it there always is. */
  admission?: Admission | undefined;
  /** When silence of an agent counts for what. */
  watchdog?: Partial<WatchdogLimits>;
  /** Where problems go that no task or agent can show. */
  log?: (line: string) => void;
}

/** Tables a page starts from; keys and reservations stay inside. */
const PAGE_TABLES = TABLES.filter((table) => table !== 'keys' && table !== 'reservations');

/** Loads the active state, recovers what the last server left, and sets everything that follows the log going. Closes the journal when closed. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { journal, head, blobs, transport, store, version } = options;
  const { clock = Date.now, random = Math.random, log: say = () => {} } = options;
  const newId = options.newId ?? ulidIds(clock);
  const world = new World({ limits: options.limits, providerOf: options.providerOf });
  await loadActive(journal, world);
  const log = new Log(journal, head);
  const writer = new Writer({ journal, log, world, clock });
  const tokens = new DispatchTokens();
  const listeners = new Set<(delta: LiveDelta) => void>();
  const tell = (delta: LiveDelta) => listeners.forEach((listener) => listener(delta));

  const scheduler = new Scheduler({ world, writer, newId, clock, admission: options.admission });
  const dispatcher = new Dispatcher({ world, writer, journal, blobs, transport, tokens, random, log: say });
  const landing = new Landing({ world, writer, store, random });
  const expiry = new Expiry({ world, writer, clock });
  const respawner = new Respawner({ world, writer, clock });
  const deadlines = new Deadlines({ world, writer, clock });
  const casts = new Casts({ writer, journal });
  const controller = new Controller({ world, writer, blobs, newId, clock, casts, log: say });
  const watchdog = new Watchdog({ world, writer, random, limits: options.watchdog });
  const hear = (beats: readonly Heartbeat[]) => watchdog.hear(beats);
  transport.onReport(reportHandler({ world, writer, tokens, newId, random, blobs, tell, hear }));

  const interrupted = await interruptedAt(journal, world, head);
  await writer.submit({ type: 'server.record', event: { type: 'server.started', v: 1, version, pid: process.pid } });
  await Promise.all(recoveryOf(world, interrupted, random).map((command) => writer.submit(command)));
  const stop = new AbortController();
  const from = log.head;
  for (const agent of world.all('agents')) dispatcher.openAgent(agent.id);
  for (const run of world.all('runs')) dispatcher.check(run.id);
  landing.start();
  expiry.start();
  deadlines.start();
  writer.ahead((entries) => scheduler.see(entries));
  writer.handedOver((entries) => dispatcher.prepare(entries));
  scheduler.start();
  controller.start();
  const following = [dispatcher, landing, controller, expiry, respawner, deadlines, watchdog].map((follower) =>
    feed(log, follower, from, stop.signal),
  );
  const failed = Promise.race([
    writer.failed,
    ...following.map((each) => each.then(() => new Promise<never>(() => {}))),
  ]);
  failed.catch(() => {});
  let closed: Promise<void> | undefined;

  const close = async (reason: string) => {
    scheduler.stop();
    controller.stop();
    deadlines.stop();
    expiry.stop();
    respawner.stop();
    watchdog.stop();
    await landing.settled();
    await writer.submit({ type: 'server.record', event: { type: 'server.stopped', v: 1, reason } }).catch(() => {});
    await writer.settled().catch(() => {});
    stop.abort();
    await Promise.allSettled(following);
    await journal.close();
  };

  return {
    newId,
    blobs,
    submit: (command, { idempotency, reply } = {}) => writer.submit(command, idempotency, reply),
    read: (look) => writer.read(look),
    find: (query) => journal.find(query),
    events: (after, limit, filter) => journal.readAfter(after, limit, filter),
    snapshot: () => journal.snapshot(PAGE_TABLES),
    archive: (keep) => archiveLog(journal, keep, { head: log.head, now: clock() }),
    follow: (after, signal) => log.follow(after, AbortSignal.any([signal, stop.signal])),
    onDelta(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ...useCases({ writer, journal, blobs, store, newId, clock, casts }),
    replay: (runId, to) => replayRun({ journal, log }, runId, to),
    diffRuns: (one, other) => diffRuns({ journal, log }, one, other),
    get head() {
      return log.head;
    },
    synchronous: options.synchronous,
    failed,
    close: (reason) => (closed ??= close(reason)),
  };
}
