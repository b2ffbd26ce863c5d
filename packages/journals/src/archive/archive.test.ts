import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import type { Entry } from '@fusion-kit/domain/entry';
import { sampleEntries, sampleEntry, sampleId } from '@fusion-kit/testing/journal-samples';
import { temporaryDirectory } from '@fusion-kit/testing/temporary-directory';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteJournal } from '../sqlite/open-sqlite-journal.ts';
import { Segment } from './segment.ts';
import { rangeOf } from './segment-name.ts';

const TASKS = 10;
const EACH = 100;
const EVENTS = TASKS * EACH;
const SEGMENTS = { segmentEvents: 400, blockEvents: 50 };

/** What Node gives with `info`, which its types do not know. */
interface Unpacked {
  buffer: Buffer;
  engine: { bytesWritten: number };
}

/** A log in which one task comes after another, a hundred events each, most of them archived. */
async function archivedDirectory(): Promise<{ directory: string; entries: Entry[] }> {
  const directory = await temporaryDirectory();
  const entries = Array.from({ length: EVENTS }, (_, at) =>
    sampleEntry(at + 1, at % EACH === 7 ? 'task.requeued' : 'task.started', { task: Math.floor(at / EACH) }),
  );
  const { journal } = await openSqliteJournal({ directory, segments: SEGMENTS });
  await journal.append({ expected: 0, entries, rows: [] });
  await journal.archive?.(EVENTS);
  await journal.close();
  return { directory, entries };
}

async function openForTest(directory: string) {
  const { journal } = await openSqliteJournal({ directory, segments: SEGMENTS });
  onTestFinished(() => journal.close());
  return journal;
}

const segmentsOf = (directory: string) => readdirSync(join(directory, 'archive')).toSorted();
const damaged = (naming: string) =>
  expect.objectContaining({ code: 'journal_failed', message: expect.stringContaining(naming) });

/** Overwrites every block of the archive but those that hold one of the numbers. */
async function spoilAllBut(directory: string, seqs: readonly number[]): Promise<void> {
  for (const name of segmentsOf(directory)) {
    const range = rangeOf(name);
    const segment = range && new Segment(join(directory, 'archive'), range);
    if (!segment) throw new Error(`${name} is no segment`);
    const bytes = readFileSync(segment.path);
    for (const { first, last, offset, bytes: length } of (await segment.footer()).blocks)
      if (!seqs.some((seq) => seq >= first && seq <= last)) bytes.fill(0, offset, offset + length);
    writeFileSync(segment.path, bytes);
  }
}

test('a segment is frames of JSON lines, one for each event, and one frame that every zstd program skips', async () => {
  const { directory, entries } = await archivedDirectory();
  const [first = ''] = segmentsOf(directory);
  const bytes = readFileSync(join(directory, 'archive', first));
  const lines: string[] = [];
  let rest = bytes;
  // RFC 8878 §3.1: the magic numbers of a frame, and of one to be skipped.
  while (rest.readUInt32LE(0) === 0xfd2fb528) {
    const { buffer, engine } = zstdDecompressSync(rest, { info: true }) as unknown as Unpacked;
    lines.push(...buffer.toString().trimEnd().split('\n'));
    rest = rest.subarray(engine.bytesWritten);
  }
  expect(lines.map((line) => JSON.parse(line) as Entry)).toEqual(entries.slice(0, 400));
  expect(rest.readUInt32LE(0)).toBe(0x184d2a50);
  expect(rest.readUInt32LE(4)).toBe(rest.length - 8);
});

test('one event far back is read from its block alone', async () => {
  const { directory, entries } = await archivedDirectory();
  await spoilAllBut(directory, [333]);
  const journal = await openForTest(directory);
  expect(await journal.readAfter(332, 1)).toEqual([entries[332]]);
  expect(await journal.readAfter(334, 1, { newestFirst: true })).toEqual([entries[332]]);
  await expect(journal.readAfter(400, 1)).rejects.toEqual(damaged('events 401 to 450'));
});

test('what one task did is read from the blocks that name it', async () => {
  const { directory, entries } = await archivedDirectory();
  await spoilAllBut(directory, [201, 251]);
  const journal = await openForTest(directory);
  const taskId = sampleId('tsk', 2);
  expect(await journal.readAfter(0, EVENTS, { taskId })).toEqual(entries.slice(200, 300));
  expect(await journal.readAfter(0, EVENTS, { taskId, newestFirst: true })).toEqual(
    entries.slice(200, 300).toReversed(),
  );
  expect(await journal.readAfter(0, EVENTS, { taskId: sampleId('tsk', 77) })).toEqual([]);
});

test('what warns, and what came later, is read from the blocks that hold such events', async () => {
  const { directory, entries } = await archivedDirectory();
  const warnings = entries.filter(({ seq }) => seq % EACH === 8).slice(0, -1);
  await spoilAllBut(
    directory,
    warnings.map(({ seq }) => seq),
  );
  const journal = await openForTest(directory);
  expect(await journal.readAfter(0, 9, { severities: ['warning'] })).toEqual(warnings);
  expect(await journal.readAfter(0, 9, { types: ['task.requeued'] })).toEqual(warnings);
  expect(await journal.readAfter(0, 1, { since: 801_000, types: ['task.requeued'] })).toEqual([warnings[8]]);
});

test.each([
  ['cut off', (path: string) => truncateSync(path, 2_000)],
  ['empty', (path: string) => truncateSync(path, 0)],
  ['something else', (path: string) => writeFileSync(path, 'something else entirely '.repeat(100))],
])('a last segment that is %s is found out at the opening, and named', async (_how, spoil) => {
  const { directory } = await archivedDirectory();
  const path = join(directory, 'archive', segmentsOf(directory).at(-1) ?? '');
  spoil(path);
  await expect(openSqliteJournal({ directory })).rejects.toEqual(damaged(path));
});

test('a missing segment is found out at the opening, wherever it is missing', async () => {
  for (const missing of [0, 1, 2]) {
    const { directory } = await archivedDirectory();
    rmSync(join(directory, 'archive', segmentsOf(directory)[missing] ?? ''));
    await expect(openSqliteJournal({ directory })).rejects.toEqual(damaged(join(directory, 'archive')));
  }
});

test('an archive of other data is refused and left alone', async () => {
  const [one, other] = [await archivedDirectory(), await archivedDirectory()];
  rmSync(join(one.directory, 'archive'), { recursive: true });
  renameSync(join(other.directory, 'archive'), join(one.directory, 'archive'));
  await expect(openSqliteJournal({ directory: one.directory })).rejects.toEqual(damaged('other data'));
  const names = segmentsOf(one.directory);
  rmSync(join(one.directory, 'journal.db'));
  await expect(openSqliteJournal({ directory: one.directory })).rejects.toEqual(damaged('other data'));
  expect(segmentsOf(one.directory)).toEqual(names);
});

test('an archive that goes further than its database, which an older copy was put in the place of, is refused', async () => {
  const { directory } = await archivedDirectory();
  const database = join(directory, 'journal.db');
  copyFileSync(database, `${database}.older`);
  const { journal } = await openSqliteJournal({ directory });
  await journal.append({ expected: EVENTS, entries: sampleEntries(EVENTS, 50), rows: [] });
  await journal.archive?.(EVENTS + 50);
  await journal.close();
  renameSync(`${database}.older`, database);
  await expect(openSqliteJournal({ directory })).rejects.toEqual(damaged('the log has a gap'));
});
