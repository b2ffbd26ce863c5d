import type { ErrorCode } from '@fusion-kit/domain/errors';
import { EVENT_MAX } from '@fusion-kit/domain/event';
import type { Journal, JournalFaults } from '@fusion-kit/domain/ports/journal';
import { describe, expect, onTestFinished, test } from 'vitest';
import { journalFilterConformance } from './journal-filter-conformance.ts';
import {
  agentRow,
  keyRow,
  messageRow,
  projectRow,
  runRow,
  sampleEntries,
  sampleEntry,
  sampleId,
  taskRow,
} from './journal-samples.ts';
import { journalSnapshotConformance } from './journal-snapshot-conformance.ts';

/** Somewhere a journal keeps its data. */
export interface JournalPlace {
  /** Opens the journal of this place; one at a time. */
  open(faults?: JournalFaults): Promise<Journal>;
  /** Whether what was appended outlives the closing. */
  durable: boolean;
  /** Leaves nothing behind. All journals of the place are closed. */
  remove(): Promise<void>;
}

/** A new empty place for each test. */
export type MakePlace = () => JournalPlace | Promise<JournalPlace>;

/** Opens a journal for the running test and closes it with the test. */
export async function openForTest(place: JournalPlace, faults?: JournalFaults): Promise<Journal> {
  const journal = await place.open(faults);
  onTestFinished(() => journal.close());
  return journal;
}

/** A place for the running test, removed with it. */
export async function placeForTest(makePlace: MakePlace): Promise<JournalPlace> {
  const place = await makePlace();
  onTestFinished(() => place.remove());
  return place;
}

export const refusal = (code: ErrorCode) => expect.objectContaining({ name: 'FusionError', code });

const seqs = async (journal: Journal) => (await journal.readAfter(0, 10_000)).map(({ seq }) => seq);
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

/** What every journal promises; an adapter's test is one call of this. */
export function journalConformance(name: string, makePlace: MakePlace): void {
  const openNew = async (faults?: JournalFaults) => openForTest(await placeForTest(makePlace), faults);

  describe(`${name}: appending`, () => {
    test('what was appended is read back as it was', async () => {
      const journal = await openNew();
      const keyed = { key: 'a key', digest: 'abc', reply: { nested: [1, null, 'ü'] } };
      const entries = [
        sampleEntry(1, 'server.started'),
        { ...sampleEntry(2, 'tool.returned'), keyed },
        sampleEntry(3, 'run.failed', {}, 3_000),
      ];
      await journal.append({ expected: 0, entries, rows: [projectRow(1)] });
      expect(await journal.readAfter(0, 10)).toEqual(entries);
      expect(await journal.find({ table: 'projects', limit: 10 })).toEqual([projectRow(1).row]);
    });

    test('rows are replaced and deleted, and the last write of a batch wins', async () => {
      const journal = await openNew();
      const first = [taskRow(1, 'queued'), taskRow(2, 'queued'), taskRow(3, 'queued'), keyRow('k', 1)];
      await journal.append({ expected: 0, entries: sampleEntries(0, 1), rows: first });
      const gone = { table: 'tasks', id: sampleId('tsk', 2), row: null } as const;
      const again = { table: 'keys', id: 'k', row: null } as const;
      const rows = [taskRow(1, 'assigned'), gone, taskRow(1, 'running'), taskRow(3, 'failed'), again, keyRow('k', 2)];
      await journal.append({ expected: 1, entries: sampleEntries(1, 1), rows });
      expect(await journal.find({ table: 'tasks', limit: 10 })).toEqual([
        taskRow(1, 'running').row,
        taskRow(3, 'failed').row,
      ]);
      expect(await journal.find({ table: 'keys', limit: 10 })).toEqual([keyRow('k', 2).row]);
    });

    test('another last number than the expected one is refused, and nothing is kept', async () => {
      const journal = await openNew();
      await journal.append({ expected: 0, entries: sampleEntries(0, 3), rows: [] });
      for (const expected of [0, 2, 4]) {
        const batch = { expected, entries: sampleEntries(expected, 2), rows: [projectRow(1)] };
        await expect(journal.append(batch)).rejects.toEqual(refusal('version_conflict'));
      }
      expect(await seqs(journal)).toEqual([1, 2, 3]);
      expect(await journal.find({ table: 'projects', limit: 10 })).toEqual([]);
    });

    test('a batch with a gap, a repetition or a wrong start is refused', async () => {
      const journal = await openNew();
      for (const numbers of [[1, 3], [1, 1], [2], [2, 1]]) {
        const entries = numbers.map((seq) => sampleEntry(seq, 'task.started'));
        await expect(journal.append({ expected: 0, entries, rows: [] })).rejects.toEqual(refusal('internal'));
      }
      expect(await seqs(journal)).toEqual([]);
    });

    test('an event of the largest size is kept, and a larger one refused', async () => {
      const journal = await openNew();
      const bare = JSON.stringify(sampleEntry(1, 'task.requeued', {}, 0).event).length;
      const largest = sampleEntry(1, 'task.requeued', {}, EVENT_MAX - bare);
      await journal.append({ expected: 0, entries: [largest], rows: [] });
      expect(await journal.readAfter(0, 1)).toEqual([largest]);
      const tooLarge = sampleEntry(2, 'task.requeued', {}, EVENT_MAX - bare + 1);
      await expect(journal.append({ expected: 1, entries: [tooLarge], rows: [] })).rejects.toEqual(refusal('internal'));
      expect(await seqs(journal)).toEqual([1]);
    });

    test('appends that do not wait for each other are kept in the order they were made', async () => {
      const journal = await openNew();
      const batches = Array.from({ length: 100 }, (_, at) => ({
        expected: at * 3,
        entries: sampleEntries(at * 3, 3),
        rows: [taskRow(1, at === 99 ? 'completed' : 'running')],
      }));
      const settled: number[] = [];
      await Promise.all(batches.map((batch, at) => journal.append(batch).then(() => settled.push(at))));
      expect(settled).toEqual(batches.map((_, at) => at));
      expect(await seqs(journal)).toEqual(upTo(300));
      expect(await journal.find({ table: 'tasks', limit: 10 })).toEqual([taskRow(1, 'completed').row]);
    });

    test('of two writers with the same expectation one is refused', async () => {
      const journal = await openNew();
      const [first, second] = await Promise.allSettled([
        journal.append({ expected: 0, entries: sampleEntries(0, 1), rows: [projectRow(1)] }),
        journal.append({ expected: 0, entries: sampleEntries(0, 2), rows: [projectRow(2)] }),
      ]);
      expect(first.status).toBe('fulfilled');
      expect(second).toMatchObject({ status: 'rejected', reason: { code: 'version_conflict' } });
      expect(await journal.find({ table: 'projects', limit: 10 })).toEqual([projectRow(1).row]);
    });

    test('a snapshot shows whole batches only, however much is appended while it is read', async () => {
      const journal = await openNew();
      const many = Array.from({ length: 3_000 }, (_, at) => taskRow(at + 1, 'queued'));
      const rows = [...many, runRow(1, 'running'), keyRow('seq', 5)];
      await journal.append({ expected: 0, entries: sampleEntries(0, 5), rows });
      const appended = Array.from({ length: 100 }, (_, at) => {
        const expected = 5 + at * 5;
        return journal.append({ expected, entries: sampleEntries(expected, 5), rows: [keyRow('seq', expected + 5)] });
      });
      // The table in the middle is large, so that appends do come between the number and the last table.
      const seen = await Promise.all(Array.from({ length: 10 }, () => journal.snapshot(['tasks', 'keys'])));
      await Promise.all(appended);
      expect(seen.map(({ rows: { keys } }) => keys?.[0]?.seq)).toEqual(seen.map(({ seq }) => seq));
      expect((await journal.snapshot(['keys'])).seq).toBe(505);
    });

    test('an acknowledged append is seen by the next read', async () => {
      const journal = await openNew();
      for (let seq = 1; seq <= 20; seq += 1) {
        await journal.append({ expected: seq - 1, entries: sampleEntries(seq - 1, 1), rows: [keyRow('k', seq)] });
        expect(await journal.readAfter(seq - 1, 10)).toHaveLength(1);
        expect(await journal.find({ table: 'keys', limit: 1 })).toMatchObject([{ seq }]);
      }
    });
  });

  describe(`${name}: failing`, () => {
    test('a commit that fails tells its writer and leaves neither events nor rows', async () => {
      const journal = await openNew({ failCommitAt: 5 });
      await journal.append({ expected: 0, entries: sampleEntries(0, 3), rows: [taskRow(1, 'queued')] });
      const failing = {
        expected: 3,
        entries: sampleEntries(3, 3),
        rows: [taskRow(1, 'running'), taskRow(2, 'queued')],
      };
      await expect(journal.append(failing)).rejects.toEqual(refusal('journal_failed'));
      expect(await seqs(journal)).toEqual([1, 2, 3]);
      expect(await journal.find({ table: 'tasks', limit: 10 })).toEqual([taskRow(1, 'queued').row]);
    });

    test('what was appended behind a failed commit is refused', async () => {
      const journal = await openNew({ failCommitAt: 1 });
      const [failed, behind] = await Promise.allSettled([
        journal.append({ expected: 0, entries: sampleEntries(0, 2), rows: [] }),
        journal.append({ expected: 2, entries: sampleEntries(2, 2), rows: [projectRow(1)] }),
      ]);
      expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'journal_failed' } });
      expect(behind).toMatchObject({ status: 'rejected', reason: { code: 'version_conflict' } });
      expect(await journal.snapshot(['projects'])).toEqual({ seq: 0, rows: { projects: [] } });
    });

    test('nothing of a slow commit is visible before it is acknowledged', async () => {
      const journal = await openNew({ delayCommitMs: 100 });
      let acknowledged = false;
      const appended = journal
        .append({ expected: 0, entries: sampleEntries(0, 1), rows: [] })
        .then(() => (acknowledged = true));
      const early = await journal.readAfter(0, 10);
      expect(early.length === 0 || acknowledged).toBe(true);
      await appended;
      expect(await seqs(journal)).toEqual([1]);
    });
  });

  describe(`${name}: closing`, () => {
    test('appends under way are finished before it closes', async () => {
      const journal = await openNew();
      const appended = Array.from({ length: 20 }, (_, at) =>
        journal.append({ expected: at, entries: sampleEntries(at, 1), rows: [] }),
      );
      await journal.close();
      await expect(Promise.all(appended)).resolves.toHaveLength(20);
    });

    test('a closed journal refuses and can be closed again', async () => {
      const journal = await openNew();
      await Promise.all([journal.close(), journal.close()]);
      const batch = { expected: 0, entries: sampleEntries(0, 1), rows: [] };
      await expect(journal.append(batch)).rejects.toEqual(refusal('journal_failed'));
      await expect(journal.readAfter(0, 1)).rejects.toEqual(refusal('journal_failed'));
    });

    test('everything acknowledged is there when it is opened again, and nothing that failed', async () => {
      const place = await placeForTest(makePlace);
      const journal = await openForTest(place, { failCommitAt: 7 });
      const rows = [taskRow(1, 'running', { agent: 3 }), runRow(1, 'running'), agentRow(3, 'working'), messageRow(1)];
      await journal.append({ expected: 0, entries: sampleEntries(0, 6, 'tool.returned'), rows });
      await expect(
        journal.append({ expected: 6, entries: sampleEntries(6, 2), rows: [taskRow(1, 'failed')] }),
      ).rejects.toEqual(refusal('journal_failed'));
      const before = await journal.snapshot(['tasks', 'runs', 'agents', 'messages']);
      await journal.close();

      const again = await openForTest(place);
      const after = await again.snapshot(['tasks', 'runs', 'agents', 'messages']);
      expect(after).toEqual(
        place.durable ? before : { seq: 0, rows: { tasks: [], runs: [], agents: [], messages: [] } },
      );
      const head = after.seq;
      await again.append({ expected: head, entries: sampleEntries(head, 2), rows: [taskRow(1, 'failed')] });
      expect(await seqs(again)).toEqual(upTo(head + 2));
    });
  });

  journalFilterConformance(name, openNew);
  journalSnapshotConformance(name, openNew);
}
