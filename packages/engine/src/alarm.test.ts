import { afterEach, expect, it, vi } from 'vitest';
import { Alarms } from './alarm.ts';

const DAY_MS = 86_400_000;

afterEach(() => vi.useRealTimers());

it('rings at its time, also when that is further ahead than a timer can sleep, and not before', () => {
  vi.useFakeTimers();
  const rung: string[] = [];
  const alarms = new Alarms<string>(Date.now);
  alarms.set('far', Date.now() + 100 * DAY_MS, () => rung.push('far'));
  alarms.set('past', Date.now() - 5, () => rung.push('past'));
  vi.advanceTimersByTime(100 * DAY_MS - 1);
  expect(rung).toEqual(['past']);
  vi.advanceTimersByTime(1);
  expect(rung).toEqual(['past', 'far']);
  expect(vi.getTimerCount()).toBe(0);
});

it('goes by its own clock: one that stands still lets nothing ring', () => {
  vi.useFakeTimers();
  let now = 1_000;
  const rung: number[] = [];
  const alarms = new Alarms<string>(() => now);
  alarms.set('a', 1_050, () => rung.push(now));
  vi.advanceTimersByTime(500);
  expect(rung).toEqual([]);
  now = 2_000;
  vi.advanceTimersByTime(50);
  expect(rung).toEqual([2_000]);
});

it('keeps one time for a key, and none of what was cleared or stopped', () => {
  vi.useFakeTimers();
  const rung: string[] = [];
  const alarms = new Alarms<string>(Date.now);
  alarms.set('a', Date.now() + 10, () => rung.push('first'));
  alarms.set('a', Date.now() + 20, () => rung.push('second'));
  alarms.set('b', Date.now() + 10, () => rung.push('cleared'));
  alarms.clear('b');
  vi.advanceTimersByTime(30);
  expect(rung).toEqual(['second']);
  alarms.set('c', Date.now() + 10, () => rung.push('stopped'));
  alarms.stop();
  alarms.set('d', Date.now() + 10, () => rung.push('set when stopped'));
  expect(vi.getTimerCount()).toBe(0);
});
