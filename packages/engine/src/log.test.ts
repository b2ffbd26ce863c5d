import { getEventListeners } from 'node:events';
import type { Entry } from '@fusion-kit/domain/entry';
import { ArrayJournal } from '@fusion-kit/testing/array-journal';
import { SAMPLE } from '@fusion-kit/testing/sample-events';
import { expect, it } from 'vitest';
import { Log } from './log.ts';

const entry = (seq: number): Entry => ({ seq, at: seq, event: SAMPLE['project.created'] });

it('wakes whoever follows at every entry, and ends them when they are stopped', async () => {
  const log = new Log(new ArrayJournal(), 0);
  const stop = new AbortController();
  const seen: number[] = [];
  const following = (async () => {
    for await (const entries of log.follow(0, stop.signal)) {
      seen.push(...entries.map(({ seq }) => seq));
      if (seen.length < 3) log.publish([entry(seen.length + 1)]);
      else queueMicrotask(() => stop.abort());
    }
  })();
  log.publish([entry(1)]);
  await following;
  expect(seen).toEqual([1, 2, 3]);
});

it('leaves nothing behind on the signal of who follows no more', async () => {
  const log = new Log(new ArrayJournal(), 0);
  const stop = new AbortController();
  log.publish([entry(1)]);
  const following = log.follow(0, stop.signal);
  await following.next();
  expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
  await following.return(undefined);
  expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
});

it('follows nothing for who is stopped already', async () => {
  const log = new Log(new ArrayJournal(), 0);
  log.publish([entry(1)]);
  expect(await log.follow(0, AbortSignal.abort()).next()).toEqual({ done: true, value: undefined });
});

it('has the last batch in memory, however large, until the next one', async () => {
  const log = new Log(new ArrayJournal(), 0); // a journal without entries: whatever is read comes from memory
  const large = Array.from({ length: 100_000 }, (_, at) => entry(at + 1));
  log.publish(large);
  expect(await log.readAfter(0, 2)).toEqual([entry(1), entry(2)]);
  log.publish([entry(100_001)]);
  expect(await log.readAfter(99_999, 9)).toEqual([entry(100_000), entry(100_001)]);
  expect(await log.readAfter(1, 9)).toEqual([]);
});
