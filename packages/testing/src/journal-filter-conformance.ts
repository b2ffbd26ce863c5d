import type { Entry } from '@fusion-kit/domain/entry';
import { Severity, severityOf } from '@fusion-kit/domain/event';
import type { EventFilter, Journal, RowQuery } from '@fusion-kit/domain/ports/journal';
import { filterOf, type RowWrite } from '@fusion-kit/domain/row';
import { TaskState } from '@fusion-kit/domain/task';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_EVENTS, sampleEntry, sampleId, taskRow } from './journal-samples.ts';

const LOG_LENGTH = 120;
const TASKS = 60;

/** A log and rows in which every filter finds something and leaves something out. */
const LOG: readonly Entry[] = Array.from({ length: LOG_LENGTH }, (_, at) =>
  sampleEntry(at + 1, SAMPLE_EVENTS[(at * 7) % SAMPLE_EVENTS.length] ?? 'task.started', {
    project: 1 + (at % 2),
    run: 1 + (at % 3),
    task: 1 + (at % 5),
    agent: 1 + (at % 4),
  }),
);
const TASK_ROWS: readonly RowWrite[] = Array.from({ length: TASKS }, (_, at) =>
  taskRow(at + 1, TaskState.options[(at * 3) % TaskState.options.length] ?? 'queued', {
    project: 1 + (at % 2),
    run: 1 + (at % 4),
    ...(at % 3 > 0 && { agent: at % 3 }),
  }),
);

const same = (wanted: string | undefined, found: unknown) => wanted === undefined || wanted === found;

/** The promise of `readAfter` in its plainest form. */
function eventsAsPromised(after: number, limit: number, filter: EventFilter): Entry[] {
  const newestFirst = filter.newestFirst === true;
  const ordered = newestFirst ? LOG.toReversed() : LOG;
  return ordered
    .filter(({ seq }) => (newestFirst ? after === 0 || seq < after : seq > after))
    .filter(({ at, event }) => {
      const of: Record<string, unknown> = { ...event };
      return (
        (filter.types?.includes(event.type) ?? true) &&
        (filter.severities?.includes(severityOf(event)) ?? true) &&
        same(filter.projectId, of['projectId']) &&
        same(filter.runId, of['runId']) &&
        same(filter.taskId, of['taskId']) &&
        same(filter.agentId, of['agentId']) &&
        at >= (filter.since ?? 0)
      );
    })
    .slice(0, limit);
}

/** The promise of `find` in its plainest form. */
function rowsAsPromised({ ids, filter = {}, states, after, limit, newestFirst }: RowQuery<'tasks'>): unknown[] {
  const ordered = newestFirst ? TASK_ROWS.toReversed() : TASK_ROWS;
  return ordered
    .filter(({ id }) => ids?.includes(id) ?? true)
    .filter(({ id }) => after === undefined || (newestFirst ? id < after : id > after))
    .filter((write) => {
      const has = filterOf(write);
      const wanted = Object.entries(filter) as [keyof typeof has, string][];
      return (states?.includes(has.state ?? '') ?? true) && wanted.every(([field, value]) => has[field] === value);
    })
    .slice(0, limit)
    .map(({ row }) => row);
}

const upTo = (max: number) => fc.integer({ min: 1, max });
const eventFilter: fc.Arbitrary<EventFilter> = fc.record(
  {
    types: fc.subarray([...SAMPLE_EVENTS]),
    severities: fc.subarray([...Severity.options]),
    projectId: upTo(3).map((number) => sampleId('prj', number)),
    runId: upTo(4).map((number) => sampleId('run', number)),
    taskId: upTo(6).map((number) => sampleId('tsk', number)),
    agentId: upTo(5).map((number) => sampleId('agt', number)),
    since: fc.integer({ min: 0, max: LOG_LENGTH * 1_000 }),
    newestFirst: fc.boolean(),
  },
  { requiredKeys: [] },
);
const taskId = upTo(TASKS + 2).map((number) => sampleId('tsk', number));
const rowFilter = fc.record(
  {
    projectId: upTo(3).map((number) => sampleId('prj', number)),
    runId: upTo(5).map((number) => sampleId('run', number)),
    agentId: upTo(3).map((number) => sampleId('agt', number)),
    state: fc.constantFrom(...TaskState.options),
  },
  { requiredKeys: [] },
);
const taskQuery: fc.Arbitrary<RowQuery<'tasks'>> = fc.record(
  {
    table: fc.constant('tasks'),
    limit: upTo(TASKS),
    ids: fc.array(taskId, { maxLength: 20 }),
    filter: rowFilter,
    states: fc.subarray([...TaskState.options]),
    after: taskId,
    newestFirst: fc.boolean(),
  },
  { requiredKeys: ['table', 'limit'] },
);

/** Which events and rows a question finds, and in which order. */
export function journalFilterConformance(name: string, openNew: () => Promise<Journal>): void {
  async function openFilled(): Promise<Journal> {
    const journal = await openNew();
    await journal.append({ expected: 0, entries: LOG, rows: TASK_ROWS });
    return journal;
  }

  describe(`${name}: reading`, () => {
    test('any filter finds the events it promises, oldest or newest first', async () => {
      const journal = await openFilled();
      const after = fc.integer({ min: 0, max: LOG_LENGTH + 2 });
      const property = fc.asyncProperty(after, upTo(LOG_LENGTH), eventFilter, async (from, limit, filter) => {
        expect(await journal.readAfter(from, limit, filter)).toEqual(eventsAsPromised(from, limit, filter));
      });
      await fc.assert(property, { numRuns: 300 });
    });

    test.each([
      ['oldest first', false],
      ['newest first', true],
    ])('pages of events %s miss and repeat nothing', async (_order, newestFirst) => {
      const journal = await openFilled();
      const filter: EventFilter = { runId: sampleId('run', 2), newestFirst };
      const paged: Entry[] = [];
      let page = await journal.readAfter(0, 7, filter);
      while (page.length > 0) {
        paged.push(...page);
        page = await journal.readAfter(page.at(-1)?.seq ?? 0, 7, filter);
      }
      expect(paged).toEqual(eventsAsPromised(0, LOG_LENGTH, filter));
      expect(paged.length).toBeGreaterThan(14);
    });

    test('any query finds the rows it promises, by ascending or descending id', async () => {
      const journal = await openFilled();
      const property = fc.asyncProperty(taskQuery, async (query) => {
        expect(await journal.find(query)).toEqual(rowsAsPromised(query));
      });
      await fc.assert(property, { numRuns: 300 });
    });

    test.each([
      ['ascending', false],
      ['descending', true],
    ])('pages of rows by %s id miss and repeat nothing', async (_order, newestFirst) => {
      const journal = await openFilled();
      const query = { table: 'tasks', states: ['queued', 'running', 'failed'], newestFirst, limit: 4 } as const;
      const paged = [];
      let page = await journal.find(query);
      while (page.length > 0) {
        paged.push(...page);
        page = await journal.find({ ...query, after: page.at(-1)?.id ?? '' });
      }
      expect(paged).toEqual(rowsAsPromised({ ...query, limit: TASKS }));
      expect(paged.length).toBeGreaterThan(8);
    });

    test('thousands of ids can be asked for at once', async () => {
      const journal = await openFilled();
      const ids = Array.from({ length: 50_000 }, (_, at) => sampleId('tsk', at + 1));
      expect(await journal.find({ table: 'tasks', ids, limit: 100 })).toHaveLength(TASKS);
    });
  });
}
