import type { Journal } from '@fusion-kit/domain/ports/journal';
import { TABLES } from '@fusion-kit/domain/row';
import { describe, expect, test } from 'vitest';
import {
  agentRow,
  keyRow,
  messageRow,
  projectRow,
  runRow,
  sampleEntries,
  sampleId,
  taskRow,
} from './journal-samples.ts';

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const ids = (rows: readonly { id: string }[] | undefined) => rows?.map(({ id }) => id);

/** What a page can start from. */
export function journalSnapshotConformance(name: string, openNew: () => Promise<Journal>): void {
  describe(`${name}: snapshot`, () => {
    test('an empty journal has number 0 and empty tables', async () => {
      const journal = await openNew();
      const rows = Object.fromEntries(TABLES.map((table) => [table, []]));
      expect(await journal.snapshot(TABLES)).toEqual({ seq: 0, rows });
    });

    test('it holds only the tables that were asked for', async () => {
      const journal = await openNew();
      const rows = [projectRow(2), projectRow(1), keyRow('k', 1)];
      await journal.append({ expected: 0, entries: sampleEntries(0, 2), rows });
      expect(await journal.snapshot(['projects'])).toEqual({
        seq: 2,
        rows: { projects: [projectRow(1).row, projectRow(2).row] },
      });
    });

    test('runs are the newest 50 and all that have not ended, with their tasks', async () => {
      const journal = await openNew();
      const runs = numbers(1, 60).map((run) => runRow(run, run === 2 ? 'paused' : 'completed'));
      const tasks = numbers(1, 60).map((run) => taskRow(100 + run, 'completed', { run }));
      await journal.append({ expected: 0, entries: sampleEntries(0, 1), rows: [...runs, ...tasks] });
      const { rows } = await journal.snapshot(['runs', 'tasks']);
      const shown = [2, ...numbers(11, 60)];
      expect(ids(rows.runs)).toEqual(shown.map((run) => sampleId('run', run)));
      expect(ids(rows.tasks)).toEqual(shown.map((run) => sampleId('tsk', 100 + run)));
    });

    test('agents are all that are not terminated and the newest 50 that are', async () => {
      const journal = await openNew();
      const rows = numbers(1, 60).map((agent) => agentRow(agent, agent % 6 === 1 ? 'idle' : 'terminated'));
      const more = numbers(61, 70).map((agent) => agentRow(agent, 'terminated'));
      await journal.append({ expected: 0, entries: sampleEntries(0, 1), rows: [...rows, ...more] });
      const terminated = numbers(1, 70).filter((agent) => agent > 60 || agent % 6 !== 1);
      const shown = numbers(1, 70).filter(
        (agent) => !terminated.includes(agent) || terminated.slice(-50).includes(agent),
      );
      expect(ids((await journal.snapshot(['agents'])).rows.agents)).toEqual(
        shown.map((agent) => sampleId('agt', agent)),
      );
    });

    test('messages are the newest 500, oldest first', async () => {
      const journal = await openNew();
      await journal.append({ expected: 0, entries: sampleEntries(0, 1), rows: numbers(1, 510).map(messageRow) });
      const { rows } = await journal.snapshot(['messages']);
      expect(ids(rows.messages)).toEqual(numbers(11, 510).map((message) => sampleId('msg', message)));
    });
  });
}
