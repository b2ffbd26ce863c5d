import { blobsNamedBy } from '@fusion-kit/domain/blob-refs';
import { type Entry, PROJECTION_VERSION } from '@fusion-kit/domain/entry';
import { asFusionError, FusionError } from '@fusion-kit/domain/errors';
import { wholeLog } from '@fusion-kit/engine/rebuild';
import { foldedRows, stateHash } from '@fusion-kit/engine/state-hash';
import type { FrozenJournal } from '@fusion-kit/journals/sqlite/frozen-journal';
import { commitsOf } from './stores.ts';

/** Events that are told for one blob. */
const NAMING_MAX = 5;

/** What a reading of the whole log, and a fold of it, came to. */
export interface LogReading {
  /** How far it goes without a gap. */
  last: number;
  /** Why it could not be read or folded to its end. */
  broken: FusionError | undefined;
  /** Blobs that events name, and the numbers of the first that do. */
  blobs: Map<string, number[]>;
  /** Agents that may still work, and the commits of each project that runs and tasks name, by the log. */
  agents: Set<string>;
  commits: Map<string, Set<string>>;
  /** Hash of the rows as they are kept; undefined when they cannot be read. */
  rowsHash: string | undefined;
  /** Hash of the rows that the log leads to, up to the event as of which rows are kept; undefined when it is broken, or when the rows were folded by another release and are to be rebuilt anyway. */
  logHash: string | undefined;
}

/** Reads the log from its first event to its last, folds it, and compares. Never throws: what is wrong is the answer. */
export async function readLog(journal: FrozenJournal): Promise<LogReading> {
  const reading: LogReading = {
    last: 0,
    broken: undefined,
    blobs: new Map(),
    agents: new Set(),
    commits: new Map(),
    rowsHash: undefined,
    logHash: undefined,
  };
  try {
    const logHash = await stateHash(noted(foldedRows(observed(journal, reading)), reading));
    if (reading.last !== journal.head)
      throw new FusionError('journal_failed', `the log ends with event ${reading.last}, not with ${journal.head}`);
    if (journal.projectionVersion === PROJECTION_VERSION)
      reading.logHash = journal.rowsSeq === journal.head ? logHash : await stateHash(foldedRows(upTo(journal)));
  } catch (thrown) {
    reading.broken = asFusionError(thrown);
  }
  reading.rowsHash = await rowsHash(journal).catch(() => undefined);
  return reading;
}

/** The state hash of the rows as they are kept. */
export async function rowsHash(journal: Pick<FrozenJournal, 'stateRows'>): Promise<string> {
  async function* rows() {
    for await (const { table, id, body } of journal.stateRows()) yield { table, id, row: JSON.parse(body) as unknown };
  }
  return await stateHash(rows());
}

/** Passes rows on, and notes what other places have to hold for them. */
async function* noted(
  rows: ReturnType<typeof foldedRows>,
  { agents, commits }: LogReading,
): ReturnType<typeof foldedRows> {
  for await (const each of rows) {
    const { table, id, row } = each;
    if (table === 'agents' && 'state' in row && row.state !== 'terminated') agents.add(id);
    for (const commit of commitsOf(table, row)) {
      const projectId = 'projectId' in row ? String(row.projectId) : '';
      commits.set(projectId, (commits.get(projectId) ?? new Set()).add(commit));
    }
    yield each;
  }
}

/** The log up to the event as of which rows are kept: the next start folds the rest. */
async function* upTo(journal: FrozenJournal): AsyncGenerator<Entry[]> {
  for await (const entries of wholeLog(journal)) yield entries.filter(({ seq }) => seq <= journal.rowsSeq);
}

/** Passes the log on, and notes how far it goes and what it names. */
async function* observed(journal: FrozenJournal, reading: LogReading): AsyncGenerator<Entry[]> {
  for await (const entries of wholeLog(journal)) {
    for (const { seq, event } of entries) {
      if (seq !== reading.last + 1)
        throw new FusionError('journal_failed', `the log has a gap: event ${seq} comes after ${reading.last}`);
      reading.last = seq;
      for (const blob of blobsNamedBy(event)) {
        const naming = reading.blobs.get(blob) ?? [];
        if (naming.length < NAMING_MAX) reading.blobs.set(blob, [...naming, seq]);
      }
    }
    yield entries;
  }
}
