import * as fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import type { Entry } from '@fusion-kit/domain/entry';
import { rebuildRows, wholeLog } from '@fusion-kit/engine/rebuild';
import { foldedRows, stateHash } from '@fusion-kit/engine/state-hash';
import { openSqliteJournal } from '@fusion-kit/journals/sqlite/open-sqlite-journal';
import { eventually, graph, type House, node, openHouse, runEnds, startRun } from './house.ts';
import { scratch } from './real-server.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

/** Hashes of the rows as they are kept, and as the log in archive and database leads to them; and the log. */
async function inspect(directory: string) {
  const { journal, stateRows } = await openSqliteJournal({ directory });
  try {
    const entries: Entry[] = [];
    for await (const batch of wholeLog(journal)) entries.push(...batch);
    async function* rows() {
      for await (const { table, id, body } of stateRows()) yield { table, id, row: JSON.parse(body) as unknown };
    }
    return {
      entries,
      byRows: await stateHash(rows()),
      byLog: await stateHash(foldedRows(wholeLog(journal))),
    };
  } finally {
    await journal.close();
  }
}

const layers = (width: number) =>
  graph(
    Array.from({ length: 12 }, (_, at) => node(`n${at}`, at < width ? [] : [`n${at - width}`])),
    2,
  );

it('whatever is archived when, the log folded from nothing leads to the rows, and work goes on', async () => {
  const step = fc.record({
    width: fc.integer({ min: 1, max: 4 }),
    keep: fc.integer({ min: 0, max: 150 }),
    while: fc.boolean(),
    restart: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
      const home = await scratch('archive');
      const directory = home.path;
      let house: House = await openHouse({ directory });
      try {
        let archived = 0;
        for (const { width, keep, while: during, restart } of steps) {
          const run = await startRun(house, layers(width));
          const ended = runEnds(house.engine, run.id);
          if (!during) await ended;
          const head = house.engine.head;
          const { end } = await house.engine.archive({ events: keep });
          expect(end).toBeGreaterThanOrEqual(Math.max(archived, Math.min(head - keep, head - 1)));
          archived = end;
          await ended;
          if (!restart) continue;
          await house.close();
          house = await openHouse({ directory });
        }
        await house.close();
        const { entries, byRows, byLog } = await inspect(directory);
        expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, at) => at + 1));
        expect(byLog).toBe(byRows);

        // Rows that another release would fold are rebuilt from both places.
        const { journal, replaceRows } = await openSqliteJournal({ directory });
        await rebuildRows(journal, replaceRows);
        await journal.close();
        expect((await inspect(directory)).byRows).toBe(byRows);
      } finally {
        await house.close();
        await home.remove();
      }
    }),
    { numRuns: 10 },
  );
}, 240_000);

it('who follows the log from its beginning sees archive and database as one, and what comes', async () => {
  const home = await scratch('archive');
  cleanups.push(() => home.remove());
  const house = await openHouse({ directory: home.path });
  cleanups.push(() => house.close());
  const run = await startRun(house, layers(3));
  await runEnds(house.engine, run.id);
  const before = await house.engine.events(0, 10_000);
  const snapshot = await house.engine.snapshot();
  await house.engine.archive({ events: 10 });
  expect(await house.engine.events(0, 10_000)).toEqual(before);
  expect(await house.engine.snapshot()).toEqual(snapshot);
  const taskId = (await house.engine.find({ table: 'tasks', limit: 1 }))[0]?.id ?? '';
  const theirs = before.filter(({ event }) => 'taskId' in event && event.taskId === taskId);
  expect(await house.engine.events(0, 100, { taskId })).toEqual(theirs);

  const again = await startRun(house, layers(1));
  const seen: number[] = [];
  const stop = new AbortController();
  const { seq: last } = await eventually(house.engine, ['run.completed'], { runId: again.id });
  for await (const entries of house.engine.follow(0, stop.signal)) {
    seen.push(...entries.map(({ seq }) => seq));
    if (seen.length >= last) stop.abort();
  }
  expect(seen).toEqual(seen.map((_, at) => at + 1));
});
