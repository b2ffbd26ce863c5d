import { link, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FusionError } from '@fusion-kit/domain/errors';
import { syncPath } from '../sync-path.ts';
import { keptEvents } from './archiver.ts';
import { INSERT_EVENT, INSERT_WIDTH } from './batch.ts';
import { Connection } from './connection.ts';
import { MIGRATIONS } from './migrations.ts';
import { openFrozenJournal } from './frozen-journal.ts';
import type { Step, Value } from './protocol.ts';
import { journalFailure } from './troubles.ts';

const WRITTEN_AT_ONCE = 1_000;

/**
 * Writes the database of a data directory anew from the events in it, which must all be readable; its rows are then rebuilt at the next opening. The damaged
 * one is kept beside it. Called by who holds the directory's lock.
 *
 * @param damagedName what the damaged one is called afterwards, e.g. `journal.db.damaged`
 * @throws {FusionError} `journal_failed`, and then everything is as it was
 */
export async function rewriteDatabase(directory: string, damagedName: string): Promise<void> {
  const path = join(directory, 'journal.db');
  const fresh = `${path}.rewritten`;
  try {
    await rm(fresh, { force: true });
    await emptyWriteAheadLog(path);
    await copyEvents(directory, fresh);
    await syncPath(fresh);
    await link(path, join(directory, damagedName));
    await rename(fresh, path);
    await syncPath(directory);
  } catch (thrown) {
    throw journalFailure(`${path} cannot be written anew`, thrown);
  } finally {
    for (const left of [fresh, `${fresh}-wal`, `${fresh}-shm`]) await rm(left, { force: true });
  }
}

/** A write-ahead log that outlived its database would be put into the next one of that name. */
async function emptyWriteAheadLog(path: string): Promise<void> {
  const connection = new Connection();
  try {
    await connection.open(path, false, []);
    const [[busy] = []] = await connection.readOne({ sql: 'pragma wal_checkpoint(truncate)', parameters: [] });
    if (busy !== 0) throw new FusionError('journal_failed', `${path} is in use`);
  } finally {
    await connection.close();
  }
}

async function copyEvents(directory: string, fresh: string): Promise<void> {
  const source = await openFrozenJournal(directory);
  const reader = new Connection();
  const writer = new Connection();
  try {
    const { dataId, head, archive } = source;
    const after = (await archive()).end;
    await reader.open(join(directory, 'journal.db'), false, ['query_only = on']);
    await writer.open(fresh, false, ['page_size = 8192', 'journal_mode = wal', 'synchronous = full']);
    const statement = (sql: string): Step => ({ sql, width: 0, values: [] });
    await writer.write({
      steps: [
        ...MIGRATIONS.flat().map(statement),
        statement(`pragma user_version = ${MIGRATIONS.length}`),
        // No projection that ever was: the rows are rebuilt.
        {
          sql: 'insert into meta (key, value) values (?, ?)',
          width: 2,
          values: ['data_id', dataId, 'projection_version', '0'],
        },
      ],
    });
    let expected = after;
    let values: Value[] = [];
    const flush = async () => {
      await writer.write({ steps: [{ sql: INSERT_EVENT, width: INSERT_WIDTH, values }] });
      values = [];
    };
    for await (const { seq, at, type, severity, columns, event, keyed } of keptEvents(reader, after + 1, head)) {
      expected += 1;
      if (seq !== expected) throw new FusionError('journal_failed', `event ${expected} is missing`);
      values.push(seq, at, type, severity, ...columns, event, keyed);
      if (values.length >= WRITTEN_AT_ONCE * INSERT_WIDTH) await flush();
    }
    if (expected !== head) throw new FusionError('journal_failed', `events after ${expected} cannot be read`);
    await flush();
  } finally {
    await writer.close();
    await reader.close();
    await source.close();
  }
}
