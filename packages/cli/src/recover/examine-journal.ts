import { PROJECTION_VERSION } from '@fusion-kit/domain/entry';
import { asFusionError } from '@fusion-kit/domain/errors';
import { rebuildRows } from '@fusion-kit/engine/rebuild';
import { type FrozenJournal, openFrozenJournal } from '@fusion-kit/journals/sqlite/frozen-journal';
import { openSqliteJournal } from '@fusion-kit/journals/sqlite/open-sqlite-journal';
import { rewriteDatabase } from '@fusion-kit/journals/sqlite/rewrite-database';
import { fileBlobs } from '@fusion-kit/journals/blobs/file-blobs';
import { join } from 'node:path';
import { type Examined, listed } from './finding.ts';
import { type LogReading, readLog } from './read-log.ts';
import { missingFromStores } from './stores.ts';

const RESTORE = 'Restore a backup into a new directory: `fusion-kit restore BACKUP --home DIRECTORY`.';

export interface JournalExamined {
  findings: Examined[];
  /** Agents that may still work; undefined when the log does not tell. */
  agents: Set<string> | undefined;
  /** Commits that rows name and stores lack, as sentences. */
  missingCommits: string[];
}

/** Looks at database, log, rows and blobs as of one moment. What it repairs needs the directory to itself. */
export async function examineJournal(directory: string): Promise<JournalExamined> {
  let journal: FrozenJournal;
  try {
    journal = await openFrozenJournal(directory);
  } catch (thrown) {
    const { message, remedy, code } = asFusionError(thrown);
    const damaged = {
      part: 'database',
      status: 'damaged',
      message,
      remedy: code === 'journal_failed' ? RESTORE : remedy,
    };
    return { findings: [damaged as Examined], agents: undefined, missingCommits: [] };
  }
  try {
    const wrongs = await journal.integrity();
    const reading = await readLog(journal);
    return {
      findings: [
        databaseFinding(directory, wrongs, reading),
        await logFinding(journal, reading),
        rowsFinding(journal, reading),
        await blobsFinding(directory, reading),
      ],
      agents: reading.broken ? undefined : reading.agents,
      missingCommits: await missingFromStores(directory, reading.commits),
    };
  } finally {
    await journal.close();
  }
}

function databaseFinding(directory: string, wrongs: string[], { broken }: LogReading): Examined {
  if (broken && wrongs.length > 0)
    return { part: 'database', status: 'damaged', message: 'SQLite finds it damaged', items: wrongs, remedy: RESTORE };
  return listed('database', wrongs, {
    none: 'sound, says SQLite',
    some: {
      status: 'repairable',
      message: 'SQLite finds it damaged; every event of it can be read, and it is written anew from them',
      repair: () => rewriteDatabase(directory, `journal.db.damaged-${Date.now()}`),
      rebuilds: true,
    },
  });
}

async function logFinding(journal: FrozenJournal, { broken, last }: LogReading): Promise<Examined> {
  const part = 'log';
  if (broken)
    return { part, status: 'damaged', message: `whole up to event ${last}: ${broken.message}`, remedy: RESTORE };
  const { end, segments } = await journal.archive();
  return {
    part,
    status: 'ok',
    message: `${last} events without a gap, ${end} of them in ${segments.length} segments of the archive`,
  };
}

function rowsFinding(journal: FrozenJournal, { broken, logHash, rowsHash }: LogReading): Examined {
  const part = 'rows';
  if (broken) return { part, status: 'unknown', message: 'cannot be compared with a log that is not whole' };
  if (journal.projectionVersion !== PROJECTION_VERSION)
    return { part, status: 'ok', message: 'of another release; the next start rebuilds them from the log' };
  if (logHash === rowsHash) return { part, status: 'ok', message: 'what the log leads to' };
  const message = 'not what the log leads to; they are rebuilt from it';
  return { part, status: 'repairable', message, rebuilds: true };
}

/** Folds the log anew and puts the rows it leads to in the place of those that are there. @throws {FusionError} `journal_locked`, `journal_failed` */
export async function rebuild(directory: string): Promise<void> {
  const { journal, replaceRows } = await openSqliteJournal({ directory });
  try {
    await rebuildRows(journal, replaceRows);
  } finally {
    await journal.close();
  }
}

async function blobsFinding(directory: string, { blobs }: LogReading): Promise<Examined> {
  const kept = fileBlobs(join(directory, 'blobs'));
  const wrong: string[] = [];
  for (const [blob, seqs] of blobs) {
    const found = await kept.get(blob).catch(() => undefined);
    if (found === undefined) wrong.push(`${blob}, named by event ${seqs.join(', ')}`);
  }
  return listed('blobs', wrong, {
    none: `${blobs.size} that events name, all with their digest`,
    some: {
      status: 'damaged',
      message: `${wrong.length} of ${blobs.size} that events name are missing or have another digest; the events keep their previews`,
      remedy: 'Copy them from a backup: blobs/ab/cd/abcd….',
    },
  });
}
