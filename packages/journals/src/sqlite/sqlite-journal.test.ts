import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { journalConformance } from '@fusion-kit/testing/journal-conformance';
import { openSqliteJournal } from './open-sqlite-journal.ts';

journalConformance('sqlite', () => {
  const directory = mkdtempSync(join(tmpdir(), 'fusion-journal-'));
  return {
    durable: true,
    open: async (faults = {}) => (await openSqliteJournal({ directory, faults })).journal,
    remove: async () => rmSync(directory, { recursive: true }),
  };
});

journalConformance('sqlite in memory', () => ({
  durable: false,
  open: async (faults = {}) => (await openSqliteJournal({ directory: ':memory:', faults })).journal,
  remove: async () => {},
}));
