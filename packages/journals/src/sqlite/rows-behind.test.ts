import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { World } from '@fusion-kit/domain/world';
import { sampleId, taskRow } from '@fusion-kit/testing/journal-samples';
import { SAMPLE } from '@fusion-kit/testing/sample-events';
import { expect, onTestFinished, test } from 'vitest';
import { Connection } from './connection.ts';
import { openFrozenJournal } from './frozen-journal.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations.ts';
import { openSqliteJournal } from './open-sqlite-journal.ts';
import { ROWS_SEQ, RowsBehind } from './rows-behind.ts';

/** By themselves; a test may take its time. */
const NEVER = 1_000_000;

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'fusion-journal-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

test('rows that could not be written stay behind, and are written with what came after them', async () => {
  const writer = new Connection();
  onTestFinished(() => writer.close());
  await writer.open(':memory:', false, []);
  await migrate(writer, { path: undefined, migrations: MIGRATIONS, projectionVersion: 1 });
  const faults = { failCommit: true };
  const behind = new RowsBehind(writer, 0, { faults, behindMs: NEVER });
  behind.put([taskRow(1, 'queued'), taskRow(2, 'queued')], 2);
  await expect(behind.caughtUp()).rejects.toThrow('made to fail');
  await expect(behind.failed).rejects.toThrow('made to fail');
  expect(behind.waiting('tasks', sampleId('tsk', 2))).toEqual(taskRow(2, 'queued'));
  behind.put([taskRow(1, 'running')], 3);
  faults.failCommit = false;
  await behind.caughtUp();
  expect(behind.concerns('tasks')).toBe(false);
  const states = await writer.readOne({ sql: 'select state from rows order by id', parameters: [] });
  expect([...states, ...(await writer.readOne(ROWS_SEQ))]).toEqual([['running'], ['queued'], ['3']]);
});

test('many who wait for rows while some are being written wait for one write, which has all that was put before they asked', async () => {
  const written: number[] = [];
  class Noting extends Connection {
    override async write(given: Parameters<Connection['write']>[0]): Promise<void> {
      await super.write(given);
      written.push(Number(given.steps.at(-1)?.values[0]));
    }
  }
  const writer = new Noting();
  onTestFinished(() => writer.close());
  await writer.open(':memory:', false, []);
  await migrate(writer, { path: undefined, migrations: MIGRATIONS, projectionVersion: 1 });
  written.length = 0;
  const behind = new RowsBehind(writer, 0, { behindMs: NEVER });
  behind.put([taskRow(1, 'queued')], 1);
  const first = behind.caughtUp();
  await Promise.resolve(); // it is under way
  behind.put([taskRow(2, 'queued')], 2);
  const [second, third] = [behind.caughtUp(), behind.caughtUp()];
  void second.then(() => behind.put([taskRow(3, 'queued')], 3));
  await Promise.all([first, second, third]);
  expect(written).toEqual([1, 2]);
  await behind.caughtUp();
  expect(written).toEqual([1, 2, 3]);
});

test('whoever reads rows finds those of every commit; whoever looks at the file finds them as of the event it names', async () => {
  const directory = temporaryDirectory();
  const { journal } = await openSqliteJournal({ directory, behindMs: NEVER });
  onTestFinished(() => journal.close());
  const world = new World();
  const append = (seq: number, type: 'project.created' | 'agent.spawning') => {
    const entry = { seq, at: seq, event: SAMPLE[type] };
    return journal.append({ expected: seq - 1, entries: [entry], rows: world.apply(entry) });
  };
  const looks = async () => {
    const frozen = await openFrozenJournal(directory);
    const tables: string[] = [];
    for await (const { table } of frozen.stateRows()) tables.push(table);
    await frozen.close();
    return { head: frozen.head, rowsSeq: frozen.rowsSeq, tables };
  };
  await append(1, 'project.created');
  expect(await journal.find({ table: 'projects', limit: 9 })).toHaveLength(1);
  await append(2, 'agent.spawning');
  const [named] = await journal.find({ table: 'agents', ids: [SAMPLE['agent.spawning'].agentId], limit: 1 });
  expect(named).toMatchObject({ name: 'ada', state: 'spawning' });
  expect(await looks()).toEqual({ head: 2, rowsSeq: 1, tables: ['projects'] });
  expect(await journal.snapshot(['agents'])).toMatchObject({ seq: 2, rows: { agents: [{ name: 'ada' }] } });
  expect(await looks()).toEqual({ head: 2, rowsSeq: 2, tables: ['agents', 'projects'] });
});
