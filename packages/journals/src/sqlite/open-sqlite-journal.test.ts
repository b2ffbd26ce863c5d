import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sampleEntries, taskRow } from '@fusion-kit/testing/journal-samples';
import { expect, onTestFinished, test } from 'vitest';
import { MIGRATIONS } from './migrations.ts';
import { type OpenedSqliteJournal, openSqliteJournal, type SqliteJournalOptions } from './open-sqlite-journal.ts';

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'fusion-journal-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function openForTest(options: SqliteJournalOptions): Promise<OpenedSqliteJournal> {
  const opened = await openSqliteJournal(options);
  onTestFinished(() => opened.journal.close());
  return opened;
}

const refusal = (code: string, naming = '') =>
  expect.objectContaining({ name: 'FusionError', code, message: expect.stringContaining(naming) });

/** Every file of a directory and what is in it. */
const contents = (directory: string) =>
  Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(join(directory, name)).toString('base64')]),
  );

/** The schema of a release to come. */
const NEXT_MIGRATIONS = [...MIGRATIONS, ['alter table meta add column note text', "update meta set note = 'migrated'"]];

test('a new data directory is made for its owner only, with an empty journal that syncs every commit', async () => {
  const directory = join(temporaryDirectory(), 'a', 'data');
  const opened = await openForTest({ directory });
  expect(opened).toMatchObject({ head: 0, synchronous: 'full', rebuildNeeded: false, backup: undefined });
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(directory, 'journal.db')).subarray(0, 15).toString()).toBe('SQLite format 3');
});

test('the last number and the identity of the data are known at the next opening', async () => {
  const directory = temporaryDirectory();
  const first = await openForTest({ directory });
  await first.journal.append({ expected: 0, entries: sampleEntries(0, 5), rows: [] });
  await first.journal.close();
  const second = await openForTest({ directory });
  expect(second.head).toBe(5);
  expect(second.dataId).toBe(first.dataId);
  expect((await openForTest({ directory: temporaryDirectory() })).dataId).not.toBe(first.dataId);
});

test('a data directory that is in use is refused at once, in the same process and from another', async () => {
  const directory = temporaryDirectory();
  const { journal } = await openForTest({ directory });
  await expect(openSqliteJournal({ directory })).rejects.toEqual(refusal('journal_locked', directory));

  const script = `
    import { openSqliteJournal } from ${JSON.stringify(new URL('open-sqlite-journal.ts', import.meta.url).href)};
    openSqliteJournal({ directory: process.argv[1] }).catch((refused) => console.log(refused.code));`;
  const flags = ['--conditions=fusion-kit-source', '--input-type=module', '--eval', script, directory];
  const other = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  other.stdout.on('data', (chunk) => (said += String(chunk)));
  await once(other, 'close');
  expect(said.trim()).toBe('journal_locked');

  await journal.append({ expected: 0, entries: sampleEntries(0, 1), rows: [] });
  await journal.close();
  expect((await openForTest({ directory })).head).toBe(1);
});

test('a second writer behind the lock is found out by the number of its first event', async () => {
  const directory = temporaryDirectory();
  const { journal } = await openForTest({ directory });
  const stranger = new DatabaseSync(join(directory, 'journal.db'));
  stranger.exec("insert into events (seq, at, type, severity, event) values (1, 1, 'server.started', 'info', '{}')");
  stranger.close();
  const batch = { expected: 0, entries: sampleEntries(0, 1), rows: [] };
  await expect(journal.append(batch)).rejects.toEqual(refusal('version_conflict'));
});

/** Root may write everywhere, so it is somebody else for a moment. */
async function withoutRoot<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

test('a data directory that may not be written is named', async () => {
  const directory = temporaryDirectory();
  chmodSync(directory, 0o555);
  const refused = refusal('data_directory_unusable', directory);
  await withoutRoot(() => expect(openSqliteJournal({ directory })).rejects.toEqual(refused));
  chmodSync(directory, 0o700);
  await openForTest({ directory });
});

test.each([
  ['journal.db', 'journal_failed'],
  ['lock.db', 'data_directory_unusable'],
])('a %s that is no file is named, and the directory let go', async (name, code) => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, name));
  await expect(openSqliteJournal({ directory })).rejects.toEqual(refusal(code, join(directory, name)));
  rmSync(join(directory, name), { recursive: true });
  await openForTest({ directory });
});

test('a data directory that cannot be made is named', async () => {
  const file = join(temporaryDirectory(), 'file');
  writeFileSync(file, '');
  const directory = join(file, 'data');
  await expect(openSqliteJournal({ directory })).rejects.toEqual(refusal('data_directory_unusable', directory));
});

test('a file that is no database is left as it is', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'journal.db'), 'something else entirely '.repeat(100));
  const before = contents(directory);
  await expect(openSqliteJournal({ directory })).rejects.toEqual(refusal('journal_failed', 'journal.db'));
  expect(contents(directory)).toMatchObject(before);
});

test('data of a newer release is refused and left as it is, byte for byte', async () => {
  const directory = temporaryDirectory();
  const { journal } = await openForTest({ directory, migrations: NEXT_MIGRATIONS });
  await journal.append({ expected: 0, entries: sampleEntries(0, 3), rows: [taskRow(1, 'queued')] });
  await journal.close();
  // A write-ahead log that is left over, as a killed server leaves it, would be worked in by a connection that may write.
  const killed = new DatabaseSync(join(directory, 'journal.db'));
  killed.exec("pragma wal_autocheckpoint = 0; update meta set note = 'in the write-ahead log'");
  const files = ['journal.db', 'journal.db-wal', 'lock.db'];
  const copy = temporaryDirectory();
  for (const name of files) writeFileSync(join(copy, name), readFileSync(join(directory, name)));
  killed.close();

  const before = contents(copy);
  await expect(openSqliteJournal({ directory: copy })).rejects.toEqual(refusal('journal_newer', copy));
  expect(contents(copy)).toEqual(before);
  const newer = await openForTest({ directory: copy, migrations: NEXT_MIGRATIONS });
  expect(newer.head).toBe(3);
});

test('before older data is migrated, a backup of it is kept beside it', async () => {
  const directory = temporaryDirectory();
  const older = await openForTest({ directory });
  const entries = sampleEntries(0, 50);
  await older.journal.append({ expected: 0, entries, rows: [taskRow(1, 'queued')] });
  await older.journal.close();

  const { backup, journal, head } = await openForTest({ directory, migrations: NEXT_MIGRATIONS });
  expect(head).toBe(50);
  expect(backup).toBe(join(directory, `journal.db.v${MIGRATIONS.length}.backup`));
  await journal.append({ expected: 50, entries: sampleEntries(50, 1), rows: [] });

  // The backup is a journal that the older release opens.
  const restored = temporaryDirectory();
  writeFileSync(join(restored, 'journal.db'), readFileSync(backup ?? ''));
  const again = await openForTest({ directory: restored });
  expect(await again.journal.readAfter(0, 100)).toEqual(entries);
  expect(again.dataId).toBe(older.dataId);
});

test('a migration that fails leaves the older data as it was, for the release that can open it', async () => {
  const directory = temporaryDirectory();
  const older = await openForTest({ directory });
  await older.journal.append({ expected: 0, entries: sampleEntries(0, 2), rows: [] });
  await older.journal.close();
  const migrations = [...MIGRATIONS, ['drop table rows', 'alter table nothing add column note text']];
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    await expect(openSqliteJournal({ directory, migrations })).rejects.toEqual(
      refusal('journal_failed', `schema ${MIGRATIONS.length}`),
    );
  }
  const opened = await openForTest({ directory });
  expect(opened.head).toBe(2);
  expect(await opened.journal.find({ table: 'tasks', limit: 1 })).toEqual([]);
});

test('a journal of today is opened without a backup', async () => {
  const directory = temporaryDirectory();
  for (let opening = 1; opening <= 2; opening += 1) {
    const { journal, backup } = await openSqliteJournal({ directory });
    await journal.close();
    expect(backup).toBeUndefined();
  }
  expect(readdirSync(directory).filter((name) => name.includes('backup'))).toEqual([]);
  expect(existsSync(join(directory, 'journal.db-wal'))).toBe(false);
});

/** Changes a new database without a write-ahead log, as the first start does until it has one, and dies in the midst of it. */
const CUT_OFF = `
  import { DatabaseSync } from 'node:sqlite';
  const database = new DatabaseSync(process.argv[1]);
  database.exec('pragma cache_size = 1; create table some (body text); begin; insert into some values (zeroblob(1000000))');
  process.kill(process.pid, 'SIGKILL');`;

test('a first start that was cut off while it made the database is begun anew by the next', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'journal.db');
  const child = spawn(process.execPath, ['--input-type=module', '--eval', CUT_OFF, path], { stdio: 'inherit' });
  await once(child, 'exit');
  expect(existsSync(`${path}-journal`)).toBe(true);
  expect((await openForTest({ directory })).head).toBe(0);
});

test('a release that knows of no archive refuses data which may lie in one', async () => {
  const directory = temporaryDirectory();
  await (await openSqliteJournal({ directory })).journal.close();
  const beforeArchives = MIGRATIONS.slice(0, 1);
  await expect(openSqliteJournal({ directory, migrations: beforeArchives })).rejects.toEqual(refusal('journal_newer'));
});
