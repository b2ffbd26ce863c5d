import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alwaysArchived, journalArchiveConformance } from '@fusion-kit/testing/journal-archive-conformance';
import { type JournalPlace, journalConformance } from '@fusion-kit/testing/journal-conformance';
import { sampleEntries } from '@fusion-kit/testing/journal-samples';
import { expect, onTestFinished, test } from 'vitest';
import type { SegmentBounds } from '../archive/write-segment.ts';
import { openSqliteJournal } from './open-sqlite-journal.ts';

const newDirectory = () => mkdtempSync(join(tmpdir(), 'fusion-journal-'));

function place(segments: Partial<SegmentBounds> = {}): JournalPlace {
  const directory = newDirectory();
  return {
    durable: true,
    open: async (faults = {}) => (await openSqliteJournal({ directory, faults, segments })).journal,
    remove: async () => rmSync(directory, { recursive: true }),
  };
}

journalConformance('sqlite', place);
journalConformance('sqlite, archived as it comes', () => alwaysArchived(place()));
journalArchiveConformance('sqlite', place);
journalArchiveConformance('sqlite with small segments', () => place({ segmentEvents: 70, blockEvents: 30 }));

journalConformance('sqlite in memory', () => ({
  durable: false,
  open: async (faults = {}) => (await openSqliteJournal({ directory: ':memory:', faults })).journal,
  remove: async () => {},
}));

test('a commit on a slow disk holds up neither this thread nor the readers', async () => {
  const directory = newDirectory();
  const { journal } = await openSqliteJournal({ directory, faults: { delayCommitMs: 1_000 } });
  onTestFinished(async () => {
    await journal.close();
    rmSync(directory, { recursive: true });
  });
  const settled: string[] = [];
  const append = journal.append({ expected: 0, entries: sampleEntries(0, 1), rows: [] });
  const appended = append.then(() => settled.push('appended'));
  await journal.readAfter(0, 1).then((entries) => settled.push(`read ${entries.length}`));
  await appended;
  expect(settled).toEqual(['read 0', 'appended']);
});
