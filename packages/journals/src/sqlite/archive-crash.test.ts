import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sampleEntries } from '@fusion-kit/testing/journal-samples';
import { expect, onTestFinished, test } from 'vitest';
import type { ArchiveStep } from '../archive/write-segment.ts';
import { openSqliteJournal } from './open-sqlite-journal.ts';

const EVENTS = 2_400;
const ARCHIVED = 2_100;
const SEGMENTS = { segmentEvents: 700, blockEvents: 100 };

/** Archives in three segments, and is killed at the given time that it comes to a step. */
const PROGRAM = `
  import { openSqliteJournal } from ${JSON.stringify(new URL('open-sqlite-journal.ts', import.meta.url).href)};

  const [directory, wanted, times] = process.argv.slice(1);
  let seen = 0;
  const onArchiveStep = (step) => {
    if (step === wanted && (seen += 1) === Number(times)) process.kill(process.pid, 'SIGKILL');
  };
  const { journal } = await openSqliteJournal({ directory, onArchiveStep, segments: ${JSON.stringify(SEGMENTS)} });
  await journal.archive(${ARCHIVED + 1});
  await journal.close();`;

async function killedAt(directory: string, step: ArchiveStep, times: number): Promise<void> {
  const flags = ['--conditions=fusion-kit-source', '--input-type=module', '--eval', PROGRAM];
  const child = spawn(process.execPath, [...flags, directory, step, String(times)], { stdio: 'inherit' });
  onTestFinished(() => void child.kill('SIGKILL'));
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'fusion-archive-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** The events that are in the database, counted past the journal. */
function inDatabase(directory: string): number {
  const database = new DatabaseSync(join(directory, 'journal.db'), { readOnly: true });
  try {
    return Number(database.prepare('select count(*) as events from events').get()?.['events']);
  } finally {
    database.close();
  }
}

test.each<[ArchiveStep, number, number]>([
  ['begun', 1, 0],
  ['written', 1, 0],
  ['synced', 2, 700],
  ['named', 1, 700],
  ['kept', 2, 1_400],
  ['deleting', 1, 700],
  ['deleting', 3, 1_400],
  ['deleted', 3, 2_100],
])(
  'killed when a segment is %s (time %i), the log is whole, nothing is in it twice, and archiving goes on',
  async (step, times, kept) => {
    const directory = temporaryDirectory();
    const entries = sampleEntries(0, EVENTS);
    const before = await openSqliteJournal({ directory });
    await before.journal.append({ expected: 0, entries, rows: [] });
    await before.journal.close();

    await killedAt(directory, step, times);

    const { journal, head } = await openSqliteJournal({ directory, segments: SEGMENTS });
    onTestFinished(() => journal.close());
    expect(head).toBe(EVENTS);
    expect(await journal.readAfter(0, 2 * EVENTS)).toEqual(entries);
    expect(await journal.readAfter(0, 2 * EVENTS, { newestFirst: true })).toEqual(entries.toReversed());
    expect(inDatabase(directory)).toBe(EVENTS - kept);
    expect(await journal.archive?.(ARCHIVED + 1)).toMatchObject({ events: ARCHIVED - kept, end: ARCHIVED });
    expect(await journal.readAfter(0, 2 * EVENTS)).toEqual(entries);
    expect(readdirSync(join(directory, 'archive'))).toEqual([
      '000000001-000000700.jsonl.zst',
      '000000701-000001400.jsonl.zst',
      '000001401-000002100.jsonl.zst',
    ]);
  },
);
