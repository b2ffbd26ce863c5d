import { promised } from '@fusion-kit/testing/runner-parts';
import { expect, it } from 'vitest';
import { Deadline } from './deadline.ts';

const passing = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('is over once the time has passed, however often it is paused between', async () => {
  const over = promised<string>();
  const deadline = new Deadline(10, () => over.resolve('over'));
  for (let n = 0; n < 3; n += 1) {
    deadline.run();
    deadline.run();
    deadline.pause();
  }
  deadline.run();
  expect(await over.promise).toBe('over');
});

it('does not pass while it is paused, and is not over before it has passed', async () => {
  let over = 0;
  const deadline = new Deadline(30, () => (over += 1));
  deadline.run();
  deadline.pause();
  await passing(60);
  expect(over).toBe(0);
});

it('of weeks is not over at once', async () => {
  let over = 0;
  const deadline = new Deadline(2 ** 40, () => (over += 1));
  deadline.run();
  await passing(20);
  deadline.pause();
  expect(over).toBe(0);
});
