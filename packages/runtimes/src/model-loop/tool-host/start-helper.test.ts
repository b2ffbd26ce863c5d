import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { turnBench } from '@fusion-kit/testing/turn-bench';
import { expect, it, onTestFinished } from 'vitest';
import { startHelper } from './start-helper.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

it('holds no answer that it has given', async () => {
  const bench = await turnBench();
  bench.put('large.txt', 'x'.repeat(20_000));
  const helper = await startHelper(bench.turn);
  onTestFinished(async () => {
    await helper.end();
    await bench.close();
  });
  const answers: WeakRef<object>[] = [];
  for (let call = 0; call < 10; call++) {
    const answer = await helper.ask('read_file', { path: 'large.txt' });
    if (answer) answers.push(new WeakRef(answer));
  }
  expect(answers).toHaveLength(10);
  await turnOfLoop();
  collect();
  // The last one may still be in a register of this very function.
  expect(answers.slice(0, -1).filter((answer) => answer.deref() !== undefined)).toEqual([]);
});

it('answers a call that is under way when it ends, and one that comes later, with nothing', async () => {
  const bench = await turnBench();
  const helper = await startHelper(bench.turn);
  onTestFinished(() => bench.close());
  const underWay = helper.ask('shell', { command: 'sleep 300' });
  await helper.end();
  expect(await underWay).toBeUndefined();
  expect(await helper.ask('shell', { command: 'true' })).toBeUndefined();
});
