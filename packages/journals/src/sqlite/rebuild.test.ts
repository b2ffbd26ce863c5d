import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RowWrite } from '@fusion-kit/domain/row';
import { projectRow, sampleEntries, sampleId, taskRow } from '@fusion-kit/testing/journal-samples';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type OpenedSqliteJournal, openSqliteJournal } from './open-sqlite-journal.ts';

function newDirectory(kind: string): string {
  if (kind === 'in memory') return ':memory:';
  const directory = mkdtempSync(join(tmpdir(), 'fusion-journal-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

async function openForTest(directory: string, projectionVersion = 1): Promise<OpenedSqliteJournal> {
  const opened = await openSqliteJournal({ directory, projectionVersion });
  onTestFinished(() => opened.journal.close());
  return opened;
}

async function* inBatches(...batches: RowWrite[][]): AsyncGenerator<RowWrite[]> {
  yield* batches;
}

async function stateOf({ stateRows }: OpenedSqliteJournal): Promise<unknown[]> {
  const state: unknown[] = [];
  for await (const { table, id, body } of stateRows()) state.push({ table, id, row: JSON.parse(body) as unknown });
  return state;
}

const numbered = (count: number, state: 'queued' | 'completed') =>
  Array.from({ length: count }, (_, at) => taskRow(at + 1, state));

describe.each(['in a file', 'in memory'])('a journal %s', (kind) => {
  test('gives all its rows by table and id, for the state hash', async () => {
    const opened = await openForTest(newDirectory(kind));
    expect(await stateOf(opened)).toEqual([]);
    const tasks = numbered(4_500, 'queued');
    const rows = [...tasks.toReversed(), projectRow(2), projectRow(1)];
    await opened.journal.append({ expected: 0, entries: sampleEntries(0, 1), rows });
    expect(await stateOf(opened)).toEqual([projectRow(1), projectRow(2), ...tasks]);
  });

  test('gives them as of one moment, whatever is appended on the way', async () => {
    const { journal, stateRows } = await openForTest(newDirectory(kind));
    const before = numbered(4_500, 'queued');
    await journal.append({ expected: 0, entries: sampleEntries(0, 1), rows: before });
    const seen: unknown[] = [];
    for await (const { body } of stateRows()) {
      if (seen.length === 0) {
        const rows = [...numbered(4_500, 'completed'), taskRow(9_999, 'queued')];
        await journal.append({ expected: 1, entries: sampleEntries(1, 1), rows });
      }
      seen.push(JSON.parse(body));
    }
    expect(seen).toEqual(before.map(({ row }) => row));
  });

  test('has its rows replaced by those that a fold of the log gives', async () => {
    const opened = await openForTest(newDirectory(kind));
    const { journal, replaceRows } = opened;
    await journal.append({ expected: 0, entries: sampleEntries(0, 3), rows: numbered(10, 'queued') });
    const gone = { table: 'tasks', id: sampleId('tsk', 2), row: null } as const;
    await replaceRows(inBatches([taskRow(2, 'queued'), taskRow(3, 'queued')], [gone, taskRow(3, 'completed')]));
    expect(await stateOf(opened)).toEqual([taskRow(3, 'completed')]);
    expect(await journal.find({ table: 'tasks', states: ['completed'], limit: 10 })).toHaveLength(1);
    await journal.append({ expected: 3, entries: sampleEntries(3, 1), rows: [taskRow(4, 'queued')] });
    expect(await stateOf(opened)).toEqual([taskRow(3, 'completed'), taskRow(4, 'queued')]);
  });

  test('keeps its rows when the fold fails or something is appended on the way, and can be rebuilt then', async () => {
    const opened = await openForTest(newDirectory(kind));
    const { journal, replaceRows } = opened;
    await journal.append({ expected: 0, entries: sampleEntries(0, 1), rows: [taskRow(1, 'queued')] });
    async function* appending(): AsyncGenerator<RowWrite[]> {
      yield [taskRow(1, 'failed')];
      expect(await journal.find({ table: 'tasks', limit: 10 })).toEqual([taskRow(1, 'queued').row]);
      await journal.append({ expected: 1, entries: sampleEntries(1, 1), rows: [taskRow(2, 'queued')] });
    }
    await expect(replaceRows(appending())).rejects.toMatchObject({ code: 'version_conflict' });
    expect(await stateOf(opened)).toEqual([taskRow(1, 'queued'), taskRow(2, 'queued')]);
    await replaceRows(inBatches([taskRow(5, 'queued')]));
    expect(await stateOf(opened)).toEqual([taskRow(5, 'queued')]);
  });
});

test('rows of another projection must be rebuilt, and are once they have been', async () => {
  const directory = newDirectory('in a file');
  const older = await openForTest(directory, 1);
  await older.journal.append({ expected: 0, entries: sampleEntries(0, 1), rows: [taskRow(1, 'queued')] });
  await older.journal.close();

  const newer = await openForTest(directory, 2);
  expect(newer.rebuildNeeded).toBe(true);
  await newer.journal.close();
  const again = await openForTest(directory, 2);
  expect(again.rebuildNeeded).toBe(true);
  await again.replaceRows(inBatches([taskRow(1, 'completed')]));
  await again.journal.close();

  const rebuilt = await openForTest(directory, 2);
  expect(rebuilt.rebuildNeeded).toBe(false);
  expect(await stateOf(rebuilt)).toEqual([taskRow(1, 'completed')]);
});
