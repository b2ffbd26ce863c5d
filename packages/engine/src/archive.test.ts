import type { Journal } from '@fusion-kit/domain/ports/journal';
import { ArrayJournal } from '@fusion-kit/testing/array-journal';
import { sampleEntries } from '@fusion-kit/testing/journal-samples';
import { expect, it } from 'vitest';
import { archiveLog } from './archive.ts';

/** A journal of 100 events, a second apart, that tells before which number it was asked to archive. */
async function journal(): Promise<{ journal: Journal; asked: number[] }> {
  const array: Journal = new ArrayJournal();
  await array.append({ expected: 0, entries: sampleEntries(0, 100), rows: [] });
  const asked: number[] = [];
  array.archive = async (before) => {
    asked.push(before);
    return { segments: 0, events: 0, end: 0 };
  };
  return { journal: array, asked };
}

const DAY_MS = 24 * 3_600_000;

it('keeps so many of the newest events, or those of the last days', async () => {
  const { journal: log, asked } = await journal();
  const at = { head: 100, now: 100_000 };
  for (const events of [0, 1, 30, 100, 1_000]) await archiveLog(log, { events }, at);
  expect(asked.splice(0)).toEqual([101, 100, 71, 1, 0]);
  for (const seconds of [0, 30, 1_000]) await archiveLog(log, { days: (seconds * 1_000) / DAY_MS }, at);
  await archiveLog(log, { days: 0 }, { head: 100, now: 200_000 });
  expect(asked).toEqual([100, 70, 1, 100]);
});

it('refuses where there is no archive', async () => {
  const log = new ArrayJournal();
  await expect(archiveLog(log, { events: 0 }, { head: 0, now: 0 })).rejects.toMatchObject({
    code: 'data_directory_unusable',
  });
});
