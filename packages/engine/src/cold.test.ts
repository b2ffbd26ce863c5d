import type { Command } from '@fusion-kit/domain/command';
import type { RowQuery } from '@fusion-kit/domain/ports/journal';
import type { Table } from '@fusion-kit/domain/row';
import type { TaskSpec } from '@fusion-kit/domain/task';
import { World } from '@fusion-kit/domain/world';
import { ArrayJournal } from '@fusion-kit/testing/array-journal';
import { sampleId } from '@fusion-kit/testing/journal-samples';
import { sampleRunSpec, sampleTaskSpec } from '@fusion-kit/testing/sample-events';
import { expect, it } from 'vitest';
import { Log } from './log.ts';
import { Writer } from './writer.ts';

/** A journal whose reads take as long as the test wants. */
class SlowReads extends ArrayJournal {
  asked: () => void = () => {};
  gate: Promise<void> = Promise.resolve();

  override async find<T extends Table>(query: RowQuery<T>) {
    const found = await super.find(query);
    this.asked();
    await this.gate;
    return found;
  }
}

/** A world that counts how often the tasks of a run are looked through. */
class Watched extends World {
  looks = 0;

  override tasksOf(...run: Parameters<World['tasksOf']>) {
    this.looks += 1;
    return super.tasksOf(...run);
  }
}

const make = (n: number): Command => ({
  type: 'project.create',
  projectId: sampleId('prj', n),
  name: 'shop',
  path: `/shop-${n}`,
  kind: 'git',
  budget: {},
});

it('a run leaves memory with all its tasks, which are not looked through for each of them', async () => {
  const journal = new ArrayJournal();
  const world = new Watched();
  const writer = new Writer({ journal, log: new Log(journal, 0), world, clock: () => 1 });
  const { base: _base, ...spec } = sampleRunSpec;
  const root = sampleId('tsk', 1); // the second needs nothing and goes on without it
  const task = (n: number): TaskSpec => ({
    ...sampleTaskSpec,
    id: sampleId('tsk', n),
    needs: n > 2 ? [{ id: root, accept: ['completed'] }] : [],
  });
  const tasks = Array.from({ length: 100 }, (_, n) => task(n + 1));
  await writer.submit(make(1));
  await writer.submit({ type: 'run.start', spec, tasks, agents: [] });
  await writer.settled();
  journal.hold();
  const cancelled = writer.submit({ type: 'task.cancel', taskId: root, reason: 'no' });
  await expect.poll(() => world.openTasks(spec.id)).toBe(1);
  const ended = writer.submit({ type: 'run.cancel', runId: spec.id, reason: 'enough' }); // on its way when the others are durable
  await expect.poll(() => world.get('runs', spec.id)?.state).toBe('cancelled');
  world.looks = 0;
  journal.release();
  await Promise.all([cancelled, ended]);
  await writer.settled();
  expect([world.count('runs'), world.count('tasks')]).toEqual([0, 0]);
  expect(world.looks).toBeLessThan(10);
});

it('what leaves memory while other rows are read in is still known to the commands that named it', async () => {
  const journal = new SlowReads();
  const writer = new Writer({ journal, log: new Log(journal, 0), world: new World(), clock: () => 1 });
  const idempotency = { key: 'k1', digest: 'd1' };
  journal.hold();
  const first = writer.submit(make(1), idempotency, 'first');
  while (journal.appends === 0) await new Promise((resolve) => setImmediate(resolve));

  const reading = new Promise<void>((resolve) => (journal.asked = resolve));
  let read: () => void = () => {};
  journal.gate = new Promise((resolve) => (read = resolve));
  const again = writer.submit(make(2), idempotency, 'second'); // its key is in memory now, on its way to the disk
  const other = writer.submit(make(3), { key: 'k2', digest: 'd2' }); // this one's key has to be looked for
  await reading;
  journal.release();
  await first; // committed: the key leaves memory
  read();

  expect(await again).toEqual({ seq: 1, reply: 'first', repeated: true });
  expect(await other).toMatchObject({ seq: 2 });
});
