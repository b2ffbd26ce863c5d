import type { Event } from '@fusion-kit/domain/event';
import { World } from '@fusion-kit/domain/world';
import { ArrayJournal } from '@fusion-kit/testing/array-journal';
import { SAMPLE } from '@fusion-kit/testing/sample-events';
import { expect, it } from 'vitest';
import { Expiry } from './expiry.ts';
import { Log } from './log.ts';
import { Writer } from './writer.ts';

const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

it('what has been delivered to all is not waited for any more', () => {
  const world = new World();
  const journal = new ArrayJournal();
  const writer = new Writer({ journal, log: new Log(journal, 0), world, clock: () => 1 });
  const expiry = new Expiry({ world, writer, clock: () => 1 });
  let seq = 0;
  const happen = (event: Event) => {
    seq += 1;
    const entry = { seq, at: seq, event };
    world.apply(entry);
    expiry.see([entry]);
  };
  const before = timers();
  happen({ ...SAMPLE['message.sent'], expiresAt: 1_000_000 });
  expect(timers()).toBe(before + 1);
  happen(SAMPLE['message.delivered']);
  expect(timers()).toBe(before);
  expiry.stop();
});
