import type { Entry } from '@fusion-kit/domain/entry';
import type { Journal } from '@fusion-kit/domain/ports/journal';
import { describe, expect, test } from 'vitest';
import { type JournalPlace, type MakePlace, openForTest, placeForTest, refusal } from './journal-conformance.ts';
import { keyRow, projectRow, sampleEntries, sampleEntry, sampleId } from './journal-samples.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
const seqs = (entries: readonly Entry[]) => entries.map(({ seq }) => seq);

/** The same journal, which the suite knows to archive. */
type Archiving = Journal & Required<Pick<Journal, 'archive'>>;

function archiving(journal: Journal): Archiving {
  if (!journal.archive) throw new Error('this journal has no archive');
  return journal as Archiving;
}

/** A place whose journals archive all but the newest event before they are read. */
export function alwaysArchived(place: JournalPlace): JournalPlace {
  return {
    ...place,
    async open(faults) {
      const journal = archiving(await place.open(faults));
      return {
        append: (batch) => journal.append(batch),
        readAfter: async (...asked) => {
          await journal.archive(Number.MAX_SAFE_INTEGER);
          return journal.readAfter(...asked);
        },
        find: (query) => journal.find(query),
        snapshot: (tables) => journal.snapshot(tables),
        close: () => journal.close(),
      };
    },
  };
}

/** What every journal that archives promises, besides what all journals do; an adapter's test is one call of this. */
export function journalArchiveConformance(name: string, makePlace: MakePlace): void {
  const openNew = async () => archiving(await openForTest(await placeForTest(makePlace)));

  describe(`${name}: archiving`, () => {
    test('what is archived is read as before, and is told', async () => {
      const journal = await openNew();
      const keyed = { key: 'a key', digest: 'abc', reply: { nested: [1, null, 'ü\n🦀'] } };
      const entries = [
        ...sampleEntries(0, 20),
        { ...sampleEntry(21, 'tool.returned'), keyed },
        ...sampleEntries(21, 9),
      ];
      await journal.append({ expected: 0, entries, rows: [projectRow(1)] });
      expect(await journal.archive(26)).toMatchObject({ events: 25, end: 25 });
      expect(await journal.readAfter(0, 100)).toEqual(entries);
      expect(await journal.readAfter(20, 1)).toEqual([entries[20]]);
      expect(await journal.readAfter(24, 3, { newestFirst: true })).toEqual(entries.slice(20, 23).toReversed());
      expect(await journal.readAfter(0, 100, { newestFirst: true })).toEqual(entries.toReversed());
      expect(await journal.readAfter(0, 100, { types: ['tool.returned'] })).toEqual([entries[20]]);
      expect(await journal.snapshot(['projects'])).toEqual({ seq: 30, rows: { projects: [projectRow(1).row] } });
    });

    test('the newest event stays, and what is archived is not archived again', async () => {
      const journal = await openNew();
      expect(await journal.archive(1_000)).toEqual({ segments: 0, events: 0, end: 0 });
      await journal.append({ expected: 0, entries: sampleEntries(0, 10), rows: [] });
      expect(await journal.archive(1_000)).toMatchObject({ events: 9, end: 9 });
      expect(await journal.archive(1_000)).toEqual({ segments: 0, events: 0, end: 9 });
      expect(await journal.archive(5)).toEqual({ segments: 0, events: 0, end: 9 });
      await journal.append({ expected: 10, entries: sampleEntries(10, 10), rows: [] });
      expect(await journal.archive(15)).toMatchObject({ events: 5, end: 14 });
      expect(seqs(await journal.readAfter(0, 100))).toEqual(upTo(20));
    });

    test('two that are asked for at once move each event once', async () => {
      const journal = await openNew();
      await journal.append({ expected: 0, entries: sampleEntries(0, 200), rows: [] });
      const archived = await Promise.all([journal.archive(150), journal.archive(100), journal.archive(200)]);
      expect(archived.map(({ events }) => events)).toEqual([149, 0, 50]);
      expect(seqs(await journal.readAfter(0, 1_000))).toEqual(upTo(200));
    });

    test('whoever reads while others append and archive misses nothing and sees nothing twice', async () => {
      const journal = await openNew();
      const last = 3_000;
      const appending = (async () => {
        for (let expected = 0; expected < last; expected += 20) {
          const entries = Array.from({ length: 20 }, (_, at) =>
            sampleEntry(expected + at + 1, 'task.started', { task: (expected + at + 1) % 2 }),
          );
          await journal.append({ expected, entries, rows: [keyRow('k', expected + 20)] });
        }
      })();
      const archived = (async () => {
        let end = 0;
        while (end < last - 1) ({ end } = await journal.archive(last));
      })();
      /** Reads from the beginning again and again until the log is complete. */
      const reading = async (task: number) => {
        for (let complete = false; !complete;) {
          const seen: number[] = [];
          for (let page: Entry[]; (page = await journal.readAfter(seen.at(-1) ?? 0, 97)).length > 0;)
            seen.push(...seqs(page));
          expect(seen).toEqual(upTo(seen.length));
          const filter = { taskId: sampleId('tsk', task) };
          const known = seen.filter((seq) => seq % 2 === task);
          const theirs = seqs(await journal.readAfter(0, known.length, filter));
          expect(theirs).toEqual(known);
          const newest = seqs(await journal.readAfter((known.at(-1) ?? 0) + 1, last, { ...filter, newestFirst: true }));
          expect(newest).toEqual(known.toReversed());
          complete = seen.length === last;
        }
      };
      await Promise.all([appending, archived, reading(0), reading(1)]);
      expect((await journal.snapshot(['keys'])).seq).toBe(last);
    });

    test('what is archived is there when it is opened again, and the log goes on', async () => {
      const place = await placeForTest(makePlace);
      const first = archiving(await openForTest(place));
      await first.append({ expected: 0, entries: sampleEntries(0, 50), rows: [] });
      await first.archive(50);
      await first.close();
      const again = archiving(await openForTest(place));
      expect((await again.snapshot([])).seq).toBe(50);
      await again.append({ expected: 50, entries: sampleEntries(50, 50), rows: [] });
      expect(await again.archive(80)).toMatchObject({ events: 30, end: 79 });
      expect(await again.readAfter(0, 1_000)).toEqual(sampleEntries(0, 100));
    });

    test('closing does not wait until all is archived, and loses nothing of it', async () => {
      const place = await placeForTest(makePlace);
      const journal = archiving(await openForTest(place));
      await journal.append({ expected: 0, entries: sampleEntries(0, 2_000), rows: [] });
      const archived = journal.archive(2_000);
      await journal.close();
      expect((await archived).end).toBeLessThan(2_000);
      await expect(journal.archive(2_000)).rejects.toEqual(refusal('journal_failed'));
      const again = archiving(await openForTest(place));
      expect(seqs(await again.readAfter(0, 10_000))).toEqual(upTo(2_000));
      expect((await again.archive(2_000)).end).toBe(1_999);
      expect(seqs(await again.readAfter(0, 10_000))).toEqual(upTo(2_000));
    });
  });
}
