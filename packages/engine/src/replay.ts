import type { Replay } from '@fusion-kit/domain/api';
import { FusionError } from '@fusion-kit/domain/errors';
import { fold, type RowsView } from '@fusion-kit/domain/fold';
import type { RunId } from '@fusion-kit/domain/ids';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import type { Run } from '@fusion-kit/domain/run';
import type { Task } from '@fusion-kit/domain/task';
import type { Log } from './log.ts';
import { pages } from './load.ts';
import { runEvents } from './run-events.ts';
import { stateHash } from './state-hash.ts';

export interface ReplayOptions {
  journal: Pick<Journal, 'readAfter' | 'find'>;
  log: Pick<Log, 'head'>;
}

/** Times that the rows are read while the run goes on below them. */
const READINGS_MAX = 5;

interface RunRows {
  run: Run | undefined;
  tasks: Map<string, Task>;
}

/**
 * A run as the log up to event `to` tells it (its end when absent), folded from nothing, and the hash of that. At the end, the hash of the rows as they are kept
 * is given beside it; not when the run changes faster than it can be read.
 * @throws {FusionError} `run_unknown`, also when it had not begun by then
 */
export async function replayRun(options: ReplayOptions, runId: RunId, to?: number): Promise<Replay> {
  const { journal, log } = options;
  const isEnd = to === undefined || to >= log.head;
  const kept = isEnd ? await keptRows(options, runId) : undefined;
  const seq = kept?.seq ?? Math.min(to ?? log.head, log.head);
  const folded: RunRows = { run: undefined, tasks: new Map() };
  let events = 0;
  for await (const entries of runEvents(journal, runId, { to: seq })) {
    events += entries.length;
    for (const entry of entries) {
      for (const write of fold(viewOf(folded), entry)) {
        if (write.table === 'runs' && write.row) folded.run = write.row;
        if (write.table === 'tasks' && write.row) folded.tasks.set(write.id, write.row);
      }
    }
  }
  if (!folded.run)
    throw new FusionError('run_unknown', `there is no run ${runId}${isEnd ? '' : ` that had begun by event ${seq}`}`);
  return {
    seq,
    events,
    hash: await hashOf(folded),
    ...(kept && { live: await hashOf(kept) }),
    run: folded.run,
    tasks: inOrder(folded),
  };
}

/** Only the run and its tasks: what else its events change is not looked for. */
const viewOf = ({ run, tasks }: RunRows): RowsView => ({
  get: (table, id) => (table === 'runs' ? run : table === 'tasks' ? tasks.get(id) : undefined) as never,
});

const inOrder = ({ tasks }: RunRows): Task[] =>
  [...tasks.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));

function hashOf(rows: RunRows): Promise<string> {
  async function* each() {
    if (rows.run) yield { table: 'runs', id: rows.run.id, row: rows.run };
    for (const row of inOrder(rows)) yield { table: 'tasks', id: row.id, row };
  }
  return stateHash(each());
}

/** The rows of a run as the journal has them, and the number of an event at which they all stood so. */
async function keptRows(
  { journal, log }: ReplayOptions,
  runId: RunId,
): Promise<(RunRows & { seq: number }) | undefined> {
  for (let reading = 0; reading < READINGS_MAX; reading += 1) {
    const seq = log.head;
    const [run] = await journal.find({ table: 'runs', ids: [runId], limit: 1 });
    const tasks = new Map<string, Task>();
    for await (const rows of pages(journal, { table: 'tasks', runId })) for (const row of rows) tasks.set(row.id, row);
    const [changed] = await journal.readAfter(seq, 1, { runId });
    if (!changed) return { run, tasks, seq };
  }
  return undefined;
}
